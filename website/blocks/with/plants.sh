cp ../../../packages/linear-theory/examples/*.csv .
