/**
 * One pass over JSON text before it is parsed: it bounds depth, refuses keys that could reach a prototype and numbers
 * that are not finite, and says at which field a text is wrong or ends, which `JSON.parse` does not.
 */

export class JsonRefused extends Error {
  override readonly name = 'JsonRefused';
  /** @param path of the field, `cells.0.size`; empty = the text as a whole. */
  constructor(
    readonly path: string,
    readonly reason: string,
  ) {
    super(path ? `At ${path}: ${reason}` : reason);
  }
}

export const deepest = 32;
const forbidden: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** @throws JsonRefused; then `JSON.parse` accepts the text. */
export function scanJson(text: string): void {
  new Scanner(text).scan();
}

/** An object's field or a list's item that is being read. Keys are kept as written: few have escapes. */
type Level = { key: string } | { index: number };

// One of each for the whole text: they are asked millions of times.
const escape = /["\\/bfnrt]|u[0-9a-fA-F]{4}/y;
const literal = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const word = /[^\s,\]}]*/y;

class Scanner {
  private at = 0;
  private readonly levels: Level[] = [];

  constructor(private readonly text: string) {}

  scan(): void {
    this.space();
    if (this.ended) throw this.wrong('the file is empty');
    do this.value();
    while (this.levels.length > 0);
    this.space();
    if (!this.ended)
      throw this.wrong(`there is more text after its end, at character ${this.at + 1}`);
  }

  /** One value, or one opening bracket; then all that closes, up to where the next value begins. */
  private value(): void {
    this.space();
    const char = this.text[this.at];
    if (char === '{' || char === '[') return this.open(char);
    if (char === '"') this.string();
    else this.literal();
    this.close();
  }

  private open(char: '{' | '['): void {
    if (this.levels.length >= deepest)
      throw this.wrong(`it is nested more than ${deepest} levels deep`);
    this.at++;
    this.space();
    const empty = this.text[this.at] === (char === '{' ? '}' : ']');
    this.levels.push(char === '{' ? { key: '' } : { index: 0 });
    if (empty) return this.close();
    if (char === '{') this.key();
  }

  /** After a value: a comma, or the end of one list or object after the other. */
  private close(): void {
    for (let level = this.levels.at(-1); level; level = this.levels.at(-1)) {
      this.space();
      const char = this.text[this.at++];
      if (char === ',') {
        if ('key' in level) this.key();
        else level.index++;
        return;
      }
      if (char !== ('key' in level ? '}' : ']')) {
        this.at--;
        throw this.ended
          ? this.truncated()
          : this.wrong(`a comma or a closing bracket is missing, at character ${this.at + 1}`);
      }
      this.levels.pop();
    }
  }

  private key(): void {
    const level = this.levels.at(-1) as { key: string };
    this.space();
    if (this.text[this.at] !== '"')
      throw this.ended
        ? this.truncated()
        : this.wrong(`a field\u2019s name is missing, at character ${this.at + 1}`);
    const start = this.at;
    this.string();
    const written = this.text.slice(start + 1, this.at - 1);
    level.key = written.includes('\\') ? (JSON.parse(`"${written}"`) as string) : written;
    if (forbidden.has(level.key)) throw this.wrong('a field of this name is not allowed');
    this.space();
    if (this.text[this.at] !== ':')
      throw this.ended
        ? this.truncated()
        : this.wrong(`a colon is missing, at character ${this.at + 1}`);
    this.at++;
  }

  private string(): void {
    const { text } = this;
    for (this.at++; this.at < text.length; this.at++) {
      const code = text.charCodeAt(this.at);
      if (code === 0x22) {
        this.at++;
        return;
      }
      if (code < 0x20) throw this.wrong('a string contains a control character');
      if (code !== 0x5c) continue;
      escape.lastIndex = this.at + 1;
      const found = escape.exec(text);
      if (!found)
        throw /^(u[0-9a-fA-F]{0,3})?$/.test(text.slice(this.at + 1, this.at + 7))
          ? this.truncated()
          : this.wrong('a string contains an invalid escape');
      this.at += found[0].length;
    }
    throw this.truncated();
  }

  private literal(): void {
    if (this.ended) throw this.truncated();
    if (this.shortInteger()) return;
    literal.lastIndex = this.at;
    const found = literal.exec(this.text)?.[0];
    word.lastIndex = this.at;
    const whole = word.exec(this.text)![0];
    if (found === undefined || found !== whole) {
      throw this.at + whole.length >= this.text.length && whole.length < 24
        ? this.truncated()
        : this.wrong(`\u201c${whole.slice(0, 40)}\u201d is not a valid value`);
    }
    const first = found.charCodeAt(0);
    if (first < 0x61 && !Number.isFinite(Number(found)))
      throw this.wrong(`${found.slice(0, 40)} is too large a number`);
    this.at += found.length;
  }

  /** Most numbers by far: these need no closer look. */
  private shortInteger(): boolean {
    const { text } = this;
    const first = text.charCodeAt(this.at);
    if (first < 0x30 || first > 0x39) return false;
    let end = this.at + 1;
    for (
      let code = text.charCodeAt(end);
      code >= 0x30 && code <= 0x39;
      code = text.charCodeAt(++end)
    );
    const after = text.charCodeAt(end);
    const ends = after === 0x2c || after === 0x5d || after === 0x7d;
    if (!ends || end - this.at > 15 || (first === 0x30 && end - this.at > 1)) return false;
    this.at = end;
    return true;
  }

  private space(): void {
    const { text } = this;
    for (; this.at < text.length; this.at++) {
      const code = text.charCodeAt(this.at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
    }
  }

  private get ended(): boolean {
    return this.at >= this.text.length;
  }

  private truncated(): JsonRefused {
    return this.wrong('the file ends here, in the middle of a value: it is truncated');
  }

  private wrong(reason: string): JsonRefused {
    return new JsonRefused(
      this.levels
        .map((level) => ('key' in level ? level.key : String(level.index)))
        .join('.')
        .slice(0, 200),
      reason,
    );
  }
}
