// A row that somebody pastes: CSV with or without its header, or JSON.
// SPDX-License-Identifier: Apache-2.0

// The fields of a line of CSV; quotes may hold the separator, and themselves doubled.
function csvFields(line, separator) {
  const fields = [];
  let text = '',
    isQuoted = false;
  for (let i = 0; i < line.length; i++) {
    if (isQuoted && line[i] === '"' && line[i + 1] === '"') text += line[i++];
    else if (line[i] === '"') isQuoted = !isQuoted;
    else if (line[i] === separator && !isQuoted) {
      fields.push(text.trim());
      text = '';
    } else text += line[i];
  }
  return [...fields, text.trim()];
}

function separatorOf(line) {
  const counts = [',', ';', '\t', '|'].map((each) => [csvFields(line, each).length, each]);
  return counts.reduce((best, each) => (each[0] > best[0] ? each : best))[1];
}

function ofCsv(text, columns) {
  const lines = text.split(/\r?\n/).filter((line) => line.trim());
  const separator = separatorOf(lines[0]);
  const first = csvFields(lines[0], separator);
  const hasHeader = first.some((field) => columns.includes(field)) && lines.length > 1;
  const fields = hasHeader ? csvFields(lines[1], separator) : first;
  const names = hasHeader ? first : columns;
  return Object.fromEntries(
    names.map((name, i) => [name, fields[i]]).filter(([name, value]) => columns.includes(name) && value !== undefined),
  );
}

function ofJson(value, columns) {
  const row =
    value?.instances?.[0] ??
    value?.instance ??
    (Array.isArray(value?.[0]) || (typeof value?.[0] === 'object' && value[0] !== null) ? value[0] : value);
  if (Array.isArray(row))
    return Object.fromEntries(columns.map((name, i) => [name, row[i]]).filter(([, each]) => each !== undefined));
  return Object.fromEntries(Object.entries(row).filter(([name]) => columns.includes(name)));
}

// {column: value} of what was pasted; throws what is wrong with it.
export function rowOfText(text, columns) {
  const trimmed = text.trim();
  if (trimmed === '') throw new Error(`paste a row, as in ${columns.slice(0, 4).join(',')}`);
  const row = /^[[{]/.test(trimmed) ? ofJson(JSON.parse(trimmed), columns) : ofCsv(trimmed, columns);
  if (Object.keys(row).length === 0) throw new Error(`none of the columns is there: ${columns.slice(0, 8).join(', ')}`);
  return row;
}
