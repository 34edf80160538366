"""Data: the images a model's equations draw, and the folders that hold them.

Purpose: :mod:`~scmlang.data.renderers` draws images from parameters and noise;
:mod:`~scmlang.data.image_folder` reads data folders and reports every problem of theirs before
anything is trained on them; :mod:`~scmlang.data.folder_writer` writes them, whole or not at all;
:mod:`~scmlang.data.image_file` reads and writes single pictures.
Needs: the domains and equations of a checked model, never its text.
Guarantees: what was written is read back equal; nothing read is executed or unpickled, and no name in
a table leads out of its folder.
"""
