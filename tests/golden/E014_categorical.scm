Region: categorical
