#!/usr/bin/env bash
set -euo pipefail

default_tensorflow=2.21.0
manifest=$(cd "$(dirname "$0")/.." && pwd -P)/package.json

usage() {
  cat <<EOF
Usage: build-tfjs-node.sh [options] [project]

Builds the native addon of @tensorflow/tfjs-node against the TensorFlow that pip's tensorflow-cpu brings, for machines that reach npm and
PyPI but not storage.googleapis.com, from where tfjs-node downloads its addon and libtensorflow. Needs neither root nor node-gyp.

  1. installs @tensorflow/tfjs-node into the project without its install script, unless it is there; package.json stays as it is
  2. downloads the wheel of tensorflow-cpu, some 270 MB, and puts its libraries, some 850 MB, into the package's folder deps
  3. compiles the two source files of the addon with g++
  4. multiplies two matrices with it

npm install and npm ci take the result away where package.json does not name the package: run this again.

Arguments:
  project                  the folder whose node_modules holds @outrigger/core; default .

Options:
  --tensorflow <version>   of tensorflow-cpu, from 2.12 on; default $default_tensorflow
  --node-headers <folder>  that holds node_api.h; default include/node beside the folder of node
  --help

Needs Linux, node, npm, g++, and python3 with pip; any Python will do, since nothing of it runs but pip.
EOF
}

fail() {
  echo "build-tfjs-node.sh: $1" >&2
  exit 1
}

tensorflow=$default_tensorflow
headers=
project=.
while [ $# -gt 0 ]; do
  case $1 in
    --tensorflow | --node-headers)
      [ $# -gt 1 ] || fail "$1 wants a value; --help says which"
      if [ "$1" = --tensorflow ]; then tensorflow=$2; else headers=$2; fi
      shift
      ;;
    --help) usage && exit ;;
    -*) fail "no option $1; --help lists them" ;;
    *) project=$1 ;;
  esac
  shift
done

[ "$(uname -s)" = Linux ] || fail "only Linux has been tried; elsewhere, npm install @tensorflow/tfjs-node"
for command in node npm g++ python3; do
  command -v "$command" >/dev/null || fail "$command is missing (Debian: apt-get install nodejs npm g++ python3)"
done
python3 -m pip --version >/dev/null 2>&1 || fail "python3 has no pip (Debian: apt-get install python3-pip)"
headers=${headers:-$(node -p 'path.resolve(process.execPath, "../../include/node")')}
[ -f "$headers/node_api.h" ] ||
  fail "no node_api.h in $headers; nodejs.org's archives of Node bring it (Debian: apt-get install libnode-dev), --node-headers says where"
headers=$(cd "$headers" && pwd)
[ -d "$project" ] || fail "no folder $project"
cd "$project"

# The backend registers itself with the tfjs that core uses, so the versions must be the same.
package=node_modules/@tensorflow/tfjs-node
version=$(node -p 'require(process.argv[1]).dependencies["@tensorflow/tfjs"]' "$manifest")
if [ ! -d "$package" ]; then
  echo "Installing @tensorflow/tfjs-node $version"
  npm install --no-save --ignore-scripts "@tensorflow/tfjs-node@$version"
fi
package=$(cd "$package" && pwd)

temporary=$(mktemp -d)
trap 'rm -rf "$temporary"' EXIT
echo "Downloading tensorflow-cpu $tensorflow"
# The libraries do not depend on the version of Python: one that has wheels of many versions of TensorFlow stands for all.
python3 -m pip download --quiet --no-deps --only-binary=:all: --python-version 3.11 --implementation cp \
  --dest "$temporary" "tensorflow-cpu==$tensorflow" || fail "pip has no tensorflow-cpu $tensorflow for this machine"
python3 - "$temporary" <<'EOF'
import glob, sys, zipfile

folder = sys.argv[1]
with zipfile.ZipFile(glob.glob(f"{folder}/*.whl")[0]) as wheel:
    wanted = ("tensorflow/include/", "tensorflow/libtensorflow_cc.so.2", "tensorflow/libtensorflow_framework.so.2")
    wheel.extractall(folder, [name for name in wheel.namelist() if name.startswith(wanted)])
EOF
wheel=$temporary/tensorflow
for library in cc framework; do
  [ -f "$wheel/libtensorflow_$library.so.2" ] || fail "tensorflow-cpu $tensorflow brings no libtensorflow_$library.so.2"
done

echo "Compiling"
g++ -shared -fPIC -O2 -std=c++17 -DNAPI_VERSION=8 -I"$headers" -I"$wheel/include" "$package"/binding/*.cc \
  -L"$wheel" -l:libtensorflow_cc.so.2 -l:libtensorflow_framework.so.2 -Wl,-rpath,'$ORIGIN/../../deps/lib' \
  -o "$temporary/tfjs_binding.node" || fail "g++ cannot compile tfjs-node $version against TensorFlow $tensorflow"
addon=$(cd "$package" && node -p 'require("@mapbox/node-pre-gyp").find(path.resolve("package.json"))')
rm -rf "$package/deps"
mkdir -p "$package/deps/lib" "$(dirname "$addon")"
mv "$wheel"/libtensorflow_*.so.2 "$package/deps/lib"
mv "$temporary/tfjs_binding.node" "$addon"

node - "$package" <<'EOF' || fail "the addon does not work with TensorFlow $tensorflow"
const tf = require(process.argv[2]);
const product = tf.matMul([[1, 2], [3, 4]], [[5, 6], [7, 8]]).dataSync().join();
if (tf.getBackend() !== "tensorflow" || product !== "19,22,43,50") throw new Error(`a matrix product is ${product}`);
console.log(`@tensorflow/tfjs-node ${tf.version["tfjs-node"]} computes with TensorFlow ${tf.backend().binding.TF_Version}`);
EOF
