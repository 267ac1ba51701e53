mkdir -p node_modules/@outrigger && ln -sfn ../../../../../packages/linear-theory node_modules/@outrigger/linear-theory
