// Networks to start from, by what the rows of a dataset are.
// SPDX-License-Identifier: Apache-2.0
import {isImage} from './dataset_rows.js';

const CLASSES_OF_NUMBERS = 1000;
const WINDOW = 30;

function inputsOf(dataset, target) {
  return dataset.columns.filter(({name}) => name !== target);
}

// The layer that gives the target: classes, yes or no, or a number.
export function outputLayer(dataset, target) {
  const column = dataset.columns.find(({name}) => name === target);
  const ofTensors = dataset.columns.some(({type}) => type === 'tensor');
  const isLabel = column?.type === 'number' && ofTensors && column.integers && column.distinct <= CLASSES_OF_NUMBERS;
  const activation = column?.type === 'category' || isLabel ? 'softmax' : column?.type === 'boolean' ? 'sigmoid' : null;
  return {type: 'dense', units: 'auto', ...(activation ? {activation} : {})};
}

function table(dataset, target) {
  return {
    network: {
      layers: [
        {type: 'dense', units: 32, activation: 'relu'},
        {type: 'dense', units: 16, activation: 'relu'},
        outputLayer(dataset, target),
      ],
    },
    training: {optimizer: {type: 'adam', learning_rate: 0.005}, epochs: 60, batch_size: 16, early_stopping: {patience: 10}},
  };
}

function image(dataset, target) {
  const [height, width] = inputsOf(dataset, target).find(isImage).shape;
  const block = (filters) => [
    {type: 'conv2d', filters, kernel_size: 3, padding: 'same', activation: 'relu'},
    {type: 'max_pool2d', pool_size: 2},
  ];
  const blocks = Math.min(height, width) >= 16 ? [...block(16), ...block(32)] : [block(16)[0]];
  return {
    network: {
      layers: [
        ...blocks,
        {type: 'flatten'},
        {type: 'dropout', rate: 0.25},
        {type: 'dense', units: 64, activation: 'relu'},
        outputLayer(dataset, target),
      ],
    },
    training: {epochs: 10, batch_size: 32, early_stopping: {patience: 3}},
  };
}

function sequence(dataset, target) {
  const isTensor = inputsOf(dataset, target).some(({type}) => type === 'tensor');
  const date = inputsOf(dataset, target).find(({type}) => type === 'date');
  const window = isTensor
    ? {}
    : {window: {length: Math.max(2, Math.min(WINDOW, Math.floor(dataset.rows / 10))), ...(date ? {by: date.name} : {})}};
  return {
    ...window,
    network: {layers: [{type: 'lstm', units: 32}, outputLayer(dataset, target)]},
    training: {
      optimizer: {type: 'adam', learning_rate: 0.005},
      epochs: 30,
      batch_size: 32,
      clip_norm: 1,
      early_stopping: {patience: 8},
    },
  };
}

function text(dataset, target) {
  const column = inputsOf(dataset, target).find(({type}) => type === 'text');
  return {
    features: {include: [column.name]},
    preprocessing: {text: 'tokens'},
    network: {
      layers: [
        {type: 'embedding', units: 32},
        {type: 'global_average_pool1d'},
        {type: 'dense', units: 32, activation: 'relu'},
        outputLayer(dataset, target),
      ],
    },
    training: {optimizer: {type: 'adam', learning_rate: 0.005}, epochs: 20, batch_size: 32, early_stopping: {patience: 5}},
  };
}

// Why a template cannot be had, or null.
const reasons = {
  table: (inputs) =>
    inputs.some(({type}) => type === 'tensor')
      ? 'the rows are tensors'
      : inputs.length
        ? null
        : 'there is no column beside the target',
  image: (inputs) => (inputs.some(isImage) ? null : 'no column holds images'),
  sequence: (inputs) =>
    inputs.some(isImage)
      ? 'the rows are images'
      : inputs.some(({type, shape}) => type === 'tensor' && shape.length !== 2)
        ? 'the rows are no [time, channels]'
        : inputs.some(({type}) => ['number', 'date', 'tensor'].includes(type))
          ? null
          : 'no column has numbers in an order',
  text: (inputs) => (inputs.some(({type}) => type === 'text') ? null : 'no column holds texts'),
};
const makers = {table, image, sequence, text};

// [{name, reason}]: which there are for this target, and why not.
export function templatesFor(dataset, target) {
  return Object.keys(makers).map((name) => ({name, reason: reasons[name](inputsOf(dataset, target))}));
}

// The one that fits best.
export function bestTemplate(dataset, target) {
  const inputs = inputsOf(dataset, target);
  const texts = inputs.filter(({type}) => type === 'text');
  if (inputs.some(isImage)) return 'image';
  if (inputs.some(({type, shape}) => type === 'tensor' && shape.length === 2)) return 'sequence';
  return texts.length && texts.length === inputs.length ? 'text' : 'table';
}

// The parts of a document that a template is made of.
export function applyTemplate(name, dataset, target) {
  return makers[name](dataset, target);
}

// The target that is learned where nobody says another: the daemon's own choice.
export function targetOf(dataset) {
  return [dataset.target].flat()[0] ?? dataset.columns.at(-1).name;
}
