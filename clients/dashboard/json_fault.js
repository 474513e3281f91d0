// Where a text is no JSON and what was expected there: browsers do not all say it.
// SPDX-License-Identifier: Apache-2.0
const BLANK = /[\s]*/y;
const PLAIN = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.+-])/y;
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;

class Fault extends Error {
  constructor(at, message) {
    super(message);
    this.at = at;
  }
}

class Reader {
  constructor(text) {
    this.text = text;
    this.at = 0;
  }

  // Goes over what matches here; whether anything did.
  takes(pattern) {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found) this.at = pattern.lastIndex;
    return Boolean(found);
  }

  takesSign(sign) {
    this.takes(BLANK);
    if (this.text[this.at] !== sign) return false;
    this.at++;
    return true;
  }

  expect(isThere, what) {
    if (isThere) return;
    this.takes(BLANK);
    throw new Fault(this.at, `${what} is expected${this.at < this.text.length ? '' : ', but the text ends'}`);
  }

  value() {
    if (this.takesSign('{')) return this.members('}', () => this.member());
    if (this.takesSign('[')) return this.members(']', () => this.value());
    return this.expect(this.takes(STRING) || this.takes(PLAIN), 'a value, as in 1, "text", true, null, [ or {,');
  }

  member() {
    this.takes(BLANK);
    this.expect(this.takes(STRING), 'a name in double quotes');
    this.expect(this.takesSign(':'), 'a colon');
    this.value();
  }

  members(end, read) {
    if (this.takesSign(end)) return;
    do read();
    while (this.takesSign(','));
    this.expect(this.takesSign(end), `a comma or ${end}`);
  }
}

// {at, line, column, message}; null where the text is JSON.
export function faultOf(text) {
  const reader = new Reader(text);
  try {
    reader.value();
    reader.takes(BLANK);
    reader.expect(reader.at === text.length, 'nothing more');
    return null;
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
    const before = text.slice(0, fault.at).split('\n');
    return {at: fault.at, line: before.length, column: before.at(-1).length + 1, message: fault.message};
  }
}
