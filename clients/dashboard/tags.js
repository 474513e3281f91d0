// Tags as people write them, one a line: "team: vision", or "draft" alone.
// SPDX-License-Identifier: Apache-2.0

// {team: 'vision', draft: ''} of two lines; "team=vision" is understood as well.
export function tagsOfText(text) {
  const lines = text.split('\n').map((line) => line.trim());
  const pairs = lines.filter(Boolean).map((line) => line.match(/^([^:=]*)[:=]?(.*)$/).slice(1));
  return Object.fromEntries(pairs.map(([key, value]) => [key.trim(), value.trim()]));
}

export function textOfTags(tags, between = '\n') {
  return Object.entries(tags)
    .map(([key, value]) => (value ? `${key}: ${value}` : key))
    .join(between);
}
