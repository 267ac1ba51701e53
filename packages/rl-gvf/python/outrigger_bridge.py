"""Gymnasium environments for another process, over standard input and output.

Run by `startBridge` of @outrigger/rl-gvf. Every frame is: length of the payload (u32, little-endian), type (u8), payload.

    to Python      HELLO  JSON {protocol, environment, count, options}
                   RESET  JSON {seed}
                   STEP   int32[count] actions
                   CLOSE  nothing
    from Python    SPEC   JSON {protocol, name, observation, actions, versions}
                   RESULT float32[count] rewards, u8[count] terminated, u8[count] truncated, observations,
                          and JSON [[environment, return, length], ...] of the games that ended, if any did
                   ERROR  JSON {kind, message, traceback}; "environment" errors leave the process running

Environments reset themselves in the step after an end, which ignores the action and has reward 0 (Gymnasium's NEXT_STEP mode).
Whatever a library prints goes to standard error.
"""

import json
import os
import struct
import sys
import traceback

PROTOCOL = 1
HELLO, SPEC, RESET, STEP, RESULT, CLOSE, ERROR = range(1, 8)
HEADER = struct.Struct("<IB")


class Pipe:
    """Frames over two binary streams."""

    def __init__(self, source, sink):
        self.source = source
        self.sink = sink

    def read(self):
        """Type and payload, or None at the end of the stream."""
        header = self.source.read(HEADER.size)
        if len(header) < HEADER.size:
            return None
        length, kind = HEADER.unpack(header)
        payload = self.source.read(length)
        return None if len(payload) < length else (kind, payload)

    def write(self, kind, *parts):
        self.sink.write(HEADER.pack(sum(len(part) for part in parts), kind))
        for part in parts:
            self.sink.write(part)
        self.sink.flush()

    def write_json(self, kind, value):
        self.write(kind, json.dumps(value).encode())


class BridgeError(Exception):
    """A request that cannot be met, with a word that programs can branch on."""

    def __init__(self, kind, message):
        super().__init__(message)
        self.kind = kind


class Episodes:
    """Returns and lengths of games, which go on over lost lives."""

    def __init__(self, count):
        self.returns = [0.0] * count
        self.lengths = [0] * count
        self.over = [False] * count

    def clear(self):
        self.__init__(len(self.returns))

    def add(self, rewards, over):
        """Counts a step; lists [environment, return, length] of the games that ended in it."""
        ended = []
        for i, reward in enumerate(rewards):
            if self.over[i]:  # This was the step of the reset.
                self.returns[i], self.lengths[i] = 0.0, 0
            else:
                self.returns[i] += reward
                self.lengths[i] += 1
                if over[i]:
                    ended.append([i, self.returns[i], self.lengths[i]])
            self.over[i] = bool(over[i])
        return ended


class GymnasiumEnvironments:
    """Environments of one kind with Box observations and Discrete actions; `atari/<rom>` is ale-py's own vector of them."""

    def __init__(self, name, count, options):
        try:
            import gymnasium
            import numpy
        except ImportError as missing:
            raise BridgeError("missing-package", f"{missing}: pip install gymnasium") from missing
        self.numpy = numpy
        self.count = count
        self.versions = {"python": sys.version.split()[0], "gymnasium": gymnasium.__version__}
        self.is_atari = name.startswith("atari/")
        if self.is_atari:
            self.environments, self.actions = self._atari(name.removeprefix("atari/"), count, options)
        else:
            self.environments = gymnasium.make_vec(name, num_envs=count, vectorization_mode="sync", **options)
            space = self.environments.single_action_space
            if not isinstance(space, gymnasium.spaces.Discrete):
                raise BridgeError("unsupported", f"{name} has the actions {space}; only Discrete ones are supported.")
            self.first_action = int(space.start)
            self.actions = [str(self.first_action + i) for i in range(int(space.n))]
        self.box = self.environments.single_observation_space
        if not isinstance(self.box, gymnasium.spaces.Box):
            raise BridgeError("unsupported", f"{name} has the observations {self.box}; only Box ones are supported.")
        self.dtype = "uint8" if self.box.dtype == numpy.uint8 else "<f4"
        self.name = name
        self.episodes = Episodes(count)

    def _atari(self, rom, count, options):
        try:
            import ale_py
            from ale_py.vector_env import AtariVectorEnv
        except ImportError as missing:
            raise BridgeError("missing-package", f"{missing}: pip install ale-py") from missing
        self.versions["ale_py"] = ale_py.__version__
        self.first_action = 0
        environments = AtariVectorEnv(rom, count, stack_num=1, reward_clipping=False, **options)
        return environments, [action.name.lower() for action in environments.ale.get_action_set()]

    def spec(self):
        shape = list(self.box.shape)
        if self.is_atari:  # One frame: its axis becomes that of the channels.
            shape = shape[1:3] + [1]
        limit = float(self.numpy.finfo(self.numpy.float32).max)
        return {
            "name": self.name,
            "observation": {
                "shape": shape,
                "dtype": "uint8" if self.dtype == "uint8" else "float32",
                "low": max(-limit, float(self.box.low.min())),
                "high": min(limit, float(self.box.high.max())),
            },
            "actions": self.actions,
            "versions": self.versions,
        }

    def reset(self, seed):
        observations, _ = self.environments.reset(seed=seed)
        self.episodes.clear()
        return self._bytes(observations)

    def step(self, actions):
        chosen = self.numpy.asarray(actions, dtype=self.numpy.int64) + self.first_action
        observations, rewards, terminated, truncated, info = self.environments.step(chosen)
        over = terminated | truncated
        if self.is_atari:  # A life lost may be the learner's end; the game goes on.
            over = (terminated & (info["lives"] == 0)) | truncated
        rewards = [float(reward) for reward in rewards]
        ended = self.episodes.add(rewards, over)
        return rewards, terminated.tolist(), truncated.tolist(), self._bytes(observations), ended

    def _bytes(self, observations):
        return self.numpy.ascontiguousarray(observations, dtype=self.dtype).tobytes()

    def close(self):
        close = getattr(self.environments, "close", None)
        if close is not None:
            close()


def own_output():
    """The standard output for frames alone: whatever else writes there writes to standard error from here on."""
    own = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return own


def serve(make, source, sink):
    """Answers frames until CLOSE or the end of the input."""
    pipe = Pipe(source, sink)
    environments = None
    count = 0
    while True:
        frame = pipe.read()
        if frame is None or frame[0] == CLOSE:
            break
        kind, payload = frame
        try:
            if kind == HELLO:
                hello = json.loads(payload)
                if hello["protocol"] != PROTOCOL:
                    raise BridgeError("version", f"This bridge speaks protocol {PROTOCOL}, not {hello['protocol']}.")
                count = hello["count"]
                environments = make(hello["environment"], count, hello["options"])
                pipe.write_json(SPEC, {"protocol": PROTOCOL, **environments.spec()})
            elif environments is None:
                raise BridgeError("protocol", "The first frame must be HELLO.")
            elif kind == RESET:
                observations = environments.reset(json.loads(payload)["seed"])
                pipe.write(RESULT, bytes(6 * count), observations)
            elif kind == STEP:
                actions = struct.unpack(f"<{count}i", payload)
                rewards, terminated, truncated, observations, ended = environments.step(actions)
                pipe.write(
                    RESULT,
                    struct.pack(f"<{count}f", *rewards),
                    bytes(terminated),
                    bytes(truncated),
                    observations,
                    json.dumps(ended).encode() if ended else b"",
                )
            else:
                raise BridgeError("protocol", f"There is no frame of type {kind}.")
        except Exception as error:  # noqa: BLE001 - every error is reported to the other side
            kind = error.kind if isinstance(error, BridgeError) else "environment"
            message = f"{error}" if isinstance(error, BridgeError) else f"{type(error).__name__}: {error}"
            pipe.write_json(ERROR, {"kind": kind, "message": message, "traceback": traceback.format_exc()})
    if environments is not None:
        environments.close()


if __name__ == "__main__":
    serve(GymnasiumEnvironments, sys.stdin.buffer, own_output())
