module kassay.invalid/tests/engines/lines

go 1.26.0
