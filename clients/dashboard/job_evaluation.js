// The evaluation of a job's model: classes, numbers, or folds.
// SPDX-License-Identifier: Apache-2.0
import {get} from './api.js';
import {h, replace} from './dom.js';
import {number} from './format.js';
import {classFigures, confusionMatrix} from './evaluation_classes.js';
import {classCurves} from './evaluation_curves.js';
import {columnResiduals} from './evaluation_residuals.js';
import {isFinished} from './job_parts.js';

function figures(evaluation, names) {
  return h(
    'dl',
    {class: 'figures', 'aria-label': 'Figures of the evaluation'},
    names
      .filter(([key]) => evaluation[key] !== undefined)
      .map(([key, text]) => h('div', {class: 'job-figure'}, h('dt', null, text), h('dd', null, number(evaluation[key])))),
  );
}

function ofClasses(evaluation, context) {
  const names = [
    ['rows', 'Validation rows'],
    ['accuracy', 'Accuracy'],
    ['precision', 'Precision'],
    ['recall', 'Recall'],
    ['f1', 'F1'],
    ['mcc', 'MCC'],
    ['auc', 'AUC'],
  ];
  return [
    figures(evaluation, names),
    h('div', {class: 'class-tables'}, evaluation.confusion_matrix && confusionMatrix(evaluation, 'card'), classFigures(evaluation)),
    evaluation.curves.length > 0 && classCurves(evaluation, context.view),
  ];
}

function ofValues(evaluation) {
  const names = [
    ['rows', 'Validation rows'],
    ['rmse', 'RMSE'],
    ['mae', 'MAE'],
    ['mape', 'MAPE'],
    ['r2', 'R²'],
  ];
  return [figures(evaluation, names), evaluation.columns.map(columnResiduals)];
}

function ofFolds({folds, mean, deviation}) {
  const keys = Object.keys(mean);
  const cells = (one) => keys.map((key) => h('td', {class: 'number'}, number(one[key])));
  const heading = (text, kind) => h('th', {scope: 'col', class: kind}, text);
  return h(
    'div',
    {class: 'card scroll'},
    h(
      'table',
      null,
      h('caption', null, 'Folds of the cross-validation'),
      h(
        'thead',
        null,
        h(
          'tr',
          null,
          heading('Fold'),
          heading('Best epoch', 'number'),
          keys.map((key) => heading(key, 'number')),
        ),
      ),
      h(
        'tbody',
        null,
        folds.map((one) => h('tr', null, h('th', {scope: 'row'}, one.fold), h('td', {class: 'number'}, one.best_epoch), cells(one))),
        h('tr', null, h('th', {scope: 'row', colspan: 2}, 'Mean'), cells(mean)),
        h('tr', null, h('th', {scope: 'row', colspan: 2}, 'Deviation'), cells(deviation)),
      ),
    ),
  );
}

function shownAs(evaluation, context) {
  if (evaluation.folds) return ofFolds(evaluation);
  return evaluation.classes ? ofClasses(evaluation, context) : ofValues(evaluation);
}

const COMES =
  'The evaluation comes with the end of the job: confusion matrix and ROC of classes, residuals of numbers. Until then the curves show the validation’s metrics.';

// Why there is nothing to ask for, or null.
function missing(job) {
  if (!job.spec.training.validation) return 'No rows were held back for validation. The page of the model measures it on any dataset.';
  if (!isFinished(job)) return COMES;
  return job.model ? null : 'The job ended without a model that could be evaluated.';
}

export function create(context) {
  const element = h('div', {class: 'evaluation'});
  let done = null;
  const load = async () => {
    try {
      replace(element, shownAs(await get(`/v1/jobs/${context.job.id}/evaluation`, {signal: context.signal}), context));
    } catch (error) {
      if (error.name === 'AbortError') return;
      if (error.status !== 404) done = null;
      replace(element, h('p', {class: 'faint'}, error.message));
    }
  };
  // The evaluation comes with the job's end.
  const update = (job) => {
    const now = isFinished(job) ? `finished ${job.attempt}` : 'running';
    if (done === now) return;
    done = now;
    const why = missing(job);
    if (why) replace(element, h('p', {class: 'faint'}, why));
    else load();
  };
  return {element, update};
}
