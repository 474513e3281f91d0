// Runs an ONNX model: run_onnx.js MODEL, the inputs as JSON on standard input, the outputs as JSON on standard output.
// A tensor is {"type", "dims", "data"}, flat; null among floats is NaN.
// SPDX-License-Identifier: Apache-2.0
'use strict';
const fs = require('fs');
const ort = require('onnxruntime-node');

const lists = {float32: Float32Array, float64: Float64Array, int64: BigInt64Array};

function readTensor({type, dims, data}) {
  if (type === 'string') return new ort.Tensor(type, data, dims);
  const convert = type === 'int64' ? BigInt : (value) => (value === null ? NaN : value);
  return new ort.Tensor(type, lists[type].from(data, convert), dims);
}

function writeTensor({type, dims, data}) {
  const convert = (value) => (typeof value === 'bigint' ? Number(value) : value);
  return {type, dims, data: Array.from(data, type === 'bool' ? Boolean : convert)};
}

async function main() {
  const session = await ort.InferenceSession.create(process.argv[2], {logSeverityLevel: 2});
  const inputs = JSON.parse(fs.readFileSync(0, 'utf8'));
  const feeds = Object.fromEntries(Object.entries(inputs).map(([name, tensor]) => [name, readTensor(tensor)]));
  const outputs = await session.run(feeds);
  const answer = Object.fromEntries(Object.entries(outputs).map(([name, tensor]) => [name, writeTensor(tensor)]));
  process.stdout.write(JSON.stringify({inputs: session.inputNames, outputs: answer}));
}

main().catch((error) => {
  process.stderr.write(`${error}\n`);
  process.exit(1);
});
