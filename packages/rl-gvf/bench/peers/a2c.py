"""Updates of the agent of bench/speed/agent.ts in PyTorch, made on request.

The first line of standard input is {"network": question network or null, "threads": n, "channels": c, "actions": a}; every further one is
{"updates": n}, answered with {"ms": [...]}: milliseconds of every update, of 16 environments and 20 steps each, acting included. The
environment costs nothing: observations, rewards and ends were drawn beforehand. Optimisers are PyTorch's own, with its fused kernel
for Adam and the multi-tensor one for RMSprop; where they add epsilon does not change what a step costs.

    pip install torch==2.13.0 numpy
"""

import json
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

setup = json.loads(sys.stdin.readline())
torch.set_num_threads(setup["threads"])
torch.manual_seed(0)
B, T, GAMMA = 16, 20, 0.99
channels, actions = setup["channels"], setup["actions"]
questions = setup["network"]

torso = nn.Sequential(nn.Conv2d(channels, 16, 3), nn.ReLU(), nn.Flatten())
main = nn.Sequential(nn.Linear(1024, 128), nn.ReLU(), nn.Linear(128, actions + 1))
rmsprop = torch.optim.RMSprop([*torso.parameters(), *main.parameters()], lr=7e-4, alpha=0.99, eps=1e-5, foreach=True)

if questions:
    width = len(questions["feature"])
    hidden, answers = nn.Sequential(nn.Linear(1024, 128), nn.ReLU()), nn.Linear(128, width)
    adam = torch.optim.Adam(
        [*torso.parameters(), *hidden.parameters(), *answers.parameters()], lr=7e-4, betas=(0.0, 0.99), eps=1e-5, fused=True
    )
    phi = torch.randn(4, channels, 5, 5)
    feature = torch.tensor(questions["feature"])
    parent = torch.tensor(questions["parent"]).clamp(min=0)
    factor = torch.tensor(questions["discount"]) * (torch.tensor(questions["parent"]) >= 0)
    condition = torch.tensor(questions["action"])
    asked = torch.stack([((condition == a) | (condition == -1)).float() for a in range(actions)])
    scale = 1 / 12

STEPS = 64
boards = (torch.rand(STEPS, B, channels, 10, 10) < 0.05).float()
rewards_drawn = (torch.rand(STEPS, B) < 0.05).float()
ends_drawn = (torch.rand(STEPS, B) < 0.02).float()

observations = torch.zeros(T + 1, B, channels, 10, 10)
rewards = torch.zeros(T + 1, B)
alive = torch.ones(T + 1, B)
taken = torch.zeros(T, B, dtype=torch.long)
clock = 0


@torch.no_grad()
def collect():
    global clock
    observations[0] = observations[T]
    alive[0] = alive[T]
    for t in range(T):
        logits = main(torso(observations[t]))[:, :actions]
        taken[t] = torch.multinomial(torch.softmax(logits, 1), 1)[:, 0]
        at = clock % STEPS
        clock += 1
        observations[t + 1] = boards[at]
        rewards[t + 1] = rewards_drawn[at].clamp(-1, 1)
        alive[t + 1] = 1 - ends_drawn[at]


def learn_control():
    out = main(torso(observations.flatten(0, 1))).view(T + 1, B, actions + 1)
    logits, values = out[:T, :, :actions], out[:, :, actions]
    with torch.no_grad():
        target = values[T]
        targets = torch.empty(T, B)
        for t in reversed(range(T)):
            target = rewards[t + 1] + GAMMA * alive[t + 1] * target
            targets[t] = target
    m = alive[:T]
    log = F.log_softmax(logits, 2)
    chosen = log.gather(2, taken[:, :, None])[:, :, 0]
    advantage = targets - values[:T]
    entropy = -(log.exp() * log).sum(2)
    loss = (m * (-chosen * advantage.detach() + 0.25 * advantage.square() - 0.01 * entropy)).mean()
    rmsprop.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(rmsprop.param_groups[0]["params"], 0.5)
    rmsprop.step()


def learn_answers():
    h = hidden(torso(observations.flatten(0, 1)))
    y = answers(scale * h + ((1 - scale) * h).detach())
    with torch.no_grad():
        seen = F.conv2d(observations.flatten(0, 1), phi, stride=5).flatten(1)
        x = (seen[B:] - seen[:-B]).abs()
        after = y[B:].index_select(1, parent) * factor * alive[1:].reshape(-1, 1)
        target = x.index_select(1, feature) + after
        mask = asked.index_select(0, taken.flatten()) * alive[:T].reshape(-1, 1)
    loss = (mask * (y[:-B] - target).square()).sum() / (2 * B * T)
    adam.zero_grad()
    loss.backward()
    adam.step()


for line in sys.stdin:
    times = []
    for _ in range(json.loads(line)["updates"]):
        start = time.perf_counter()
        collect()
        learn_control()
        if questions:
            learn_answers()
        times.append(1000 * (time.perf_counter() - start))
    print(json.dumps({"ms": times, "torch": torch.__version__}), flush=True)
