digraph G { X -> Y; Y -> Z }
