Smoking -> Tar -> Cancer
monotone Smoking -> Tar
