"""Files that were made to do harm, and what the command says of each."""
