"""The bridge with environments that need no package and misbehave when an action asks for it."""

import os
import signal
import struct
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../python"))
import outrigger_bridge as bridge  # noqa: E402

COUNT, RAISE, DIE, GARBAGE, HANG, PRINT, UNASKED, SHORT = range(8)


class Stub:
    """
    Counts steps and adds up actions; an episode is `length` steps, and every step is worth its action. With `frames` it shows bytes of
    an image and behaves.
    """

    def __init__(self, name, count, options, sink):
        if name == "broken":
            raise ValueError("no such environment")
        self.name = name
        self.count = count
        self.size = options.get("size", 2)
        self.length = options.get("length", 5)
        self.frames = options.get("frames", False)
        self.sink = sink
        self.episodes = bridge.Episodes(count)

    def spec(self):
        shape = {"shape": [self.size], "dtype": "float32", "low": -1e9, "high": 1e9}
        if self.frames:
            shape = {"shape": [1, 2, 1], "dtype": "uint8", "low": 0, "high": 255}
        return {"name": self.name, "observation": shape, "actions": list("abcdefgh"), "versions": {"python": "stub"}}

    def observe(self):
        if self.frames:
            return b"".join(struct.pack("<2B", self.steps[i] + 1, int(self.sums[i])) for i in range(self.count))
        rest = bytes(4 * (self.size - 2))
        return b"".join(struct.pack("<2f", self.steps[i], self.sums[i]) + rest for i in range(self.count))

    def reset(self, seed):
        self.steps = [0] * self.count
        self.sums = [seed + i for i in range(self.count)]
        self.episodes.clear()
        return self.observe()

    def step(self, actions):
        if not self.frames:
            for action in actions:
                self.misbehave(action)
        rewards = []
        for i, action in enumerate(actions):
            if self.episodes.over[i]:
                self.steps[i], self.sums[i] = 0, 0
                rewards.append(0.0)
            else:
                self.steps[i] += 1
                self.sums[i] += action
                rewards.append(float(action))
        over = [steps == self.length for steps in self.steps]
        ended = self.episodes.add(rewards, over)
        observations = self.observe()[:-1] if SHORT in actions and not self.frames else self.observe()
        return rewards, over, [False] * self.count, observations, ended

    def misbehave(self, action):
        if action == RAISE:
            raise RuntimeError("the environment is on fire")
        if action == DIE:
            print("about to die", file=sys.stderr, flush=True)
            os.kill(os.getpid(), signal.SIGKILL)
        if action == GARBAGE:
            self.sink.write(b"Traceback? No: just a print that went astray.\n")
            self.sink.flush()
        if action == HANG:
            time.sleep(60)
        if action == PRINT:
            print("a library says hello")
            os.write(1, b"so does its C code\n")
        if action == UNASKED:
            bridge.Pipe(None, self.sink).write(bridge.RESULT, b"")

    def close(self):
        print("closed", file=sys.stderr)


if __name__ == "__main__":
    output = bridge.own_output()

    def make(name, count, options):
        if "protocol" in options:
            bridge.PROTOCOL = options["protocol"]
        return Stub(name, count, options, output)

    bridge.serve(make, sys.stdin.buffer, output)
