"""Rules and trials (规则与试算): read a rule and its values in plain words, try a parameter."""
