"""One table (一张表): any sheet checked and given back with its wrong cells marked; nothing is stored."""
