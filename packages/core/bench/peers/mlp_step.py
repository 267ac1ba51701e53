"""One training step of an MLP in PyTorch, timed on request: reads a number of steps a line, answers with milliseconds a step.

The peer of ../step-cost.ts: the same network (2048-512-512-1, relu, mean squared error), batch 128, Adam, float32, N threads.
    pip install torch==2.13.0
"""

import json
import sys
import time

import torch

threads, batch = int(sys.argv[1]), int(sys.argv[2])
sizes = [int(word) for word in sys.argv[3].split("-")]
torch.set_num_threads(threads)
torch.manual_seed(0)

layers = []
for i, (inputs, outputs) in enumerate(zip(sizes, sizes[1:])):
    layers.append(torch.nn.Linear(inputs, outputs))
    if i < len(sizes) - 2:
        layers.append(torch.nn.ReLU())
model = torch.nn.Sequential(*layers)
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
x, y = torch.rand(batch, sizes[0]), torch.rand(batch, 1)

print(json.dumps({"version": torch.__version__}), flush=True)
for line in sys.stdin:
    times = []
    for _ in range(int(line)):
        start = time.perf_counter()
        optimizer.zero_grad(set_to_none=True)
        loss = torch.nn.functional.mse_loss(model(x), y)
        loss.backward()
        optimizer.step()
        loss.item()
        times.append((time.perf_counter() - start) * 1000)
    print(json.dumps(times), flush=True)
