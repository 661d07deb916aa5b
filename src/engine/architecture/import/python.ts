/**
 * Reads calls of one name out of Python source, where their arguments are literals: lists, tuples, strings, whole
 * numbers, range(a, b). Nothing is executed; whatever else the source holds is passed over.
 */
import { ArchitectureError } from '../../../domain/architecture/schema.ts';

export type Literal =
  | { readonly kind: 'list' | 'tuple'; readonly items: readonly Literal[] }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'number'; readonly value: number };

export interface Call {
  /** What the call is assigned to; null where it is not. */
  readonly target: string | null;
  readonly line: number;
  readonly positional: readonly Literal[];
  readonly named: ReadonlyMap<string, Literal>;
}

const deepest = 6;
const mostItems = 4000;

/** @throws ArchitectureError naming line and what was expected there. */
export function findCalls(source: string, name: string): Call[] {
  const calls: Call[] = [];
  for (let at = 0; at < source.length;) {
    const char = source[at]!;
    if (char === '#') at = endOfLine(source, at);
    else if (char === '"' || char === "'") at = endOfString(source, at);
    else if (/[A-Za-z_]/.test(char)) {
      const word = /\w+/y;
      word.lastIndex = at;
      const found = word.exec(source)![0];
      const open = /[ \t]*\(/y;
      open.lastIndex = at + found.length;
      if (found === name && open.test(source)) {
        const reader = new Reader(source, open.lastIndex);
        const call = reader.arguments();
        calls.push({
          target: targetBefore(source.slice(0, at)),
          line: lineOf(source, at),
          ...call,
        });
        at = reader.at;
      } else at += found.length;
    } else at++;
  }
  return calls;
}

/** Names that stand for another: DARTS = DARTS_V2. */
export function findAliases(source: string): Map<string, string> {
  return new Map(
    [...source.matchAll(/^[ \t]*(\w+)[ \t]*=[ \t]*(\w+)[ \t]*(?:#.*)?$/gm)].map(([, alias, of]) => [
      alias!,
      of!,
    ]),
  );
}

function targetBefore(text: string): string | null {
  return /(\w+)\s*=\s*(?:\w+\s*\.\s*)?$/.exec(text.slice(-200))?.[1] ?? null;
}

const lineOf = (source: string, at: number): number => source.slice(0, at).split('\n').length;

function endOfLine(source: string, at: number): number {
  const end = source.indexOf('\n', at);
  return end < 0 ? source.length : end;
}

/** A string that is passed over: triple quotes may span lines. */
function endOfString(source: string, at: number): number {
  const quote = source[at]!;
  if (source.startsWith(quote.repeat(3), at)) {
    const end = source.indexOf(quote.repeat(3), at + 3);
    return end < 0 ? source.length : end + 3;
  }
  for (let i = at + 1; i < source.length; i++) {
    if (source[i] === '\\') i++;
    else if (source[i] === quote) return i + 1;
    else if (source[i] === '\n') return i;
  }
  return source.length;
}

class Reader {
  private items = 0;

  constructor(
    private readonly source: string,
    public at: number,
  ) {}

  /** From behind the opening parenthesis to behind the closing one. */
  arguments(): Pick<Call, 'positional' | 'named'> {
    const positional: Literal[] = [];
    const named = new Map<string, Literal>();
    while (!this.takes(')')) {
      const keyword = this.pattern(/([A-Za-z_]\w*)\s*=(?!=)/y)?.[1];
      if (keyword === undefined) {
        if (named.size > 0) throw this.wrong('a positional argument after a keyword argument');
        positional.push(this.value(0));
      } else {
        if (named.has(keyword)) throw this.wrong(`${keyword} appears twice`);
        named.set(keyword, this.value(0));
      }
      if (this.takes(')')) break;
      this.expect(',');
    }
    return { positional, named };
  }

  private value(depth: number): Literal {
    if (depth > deepest) throw this.wrong(`it is nested more than ${deepest} levels deep`);
    if (++this.items > mostItems) throw this.wrong(`there are more than ${mostItems} values`);
    this.space();
    const char = this.source[this.at];
    if (char === '[') {
      this.at++;
      return { kind: 'list', items: this.sequence(']', depth) };
    }
    if (char === '(') {
      this.at++;
      return this.parenthesis(depth);
    }
    if (char === '"' || char === "'") return { kind: 'text', value: this.text(char) };
    const number = this.pattern(/-?\d+(?![\w.])/y)?.[0];
    if (number !== undefined) {
      if (number.length > 9) throw this.wrong(`${number.slice(0, 20)} is too large a number`);
      return { kind: 'number', value: Number(number) };
    }
    if (this.pattern(/list\s*\(\s*(?=range)/y)) {
      const inner = this.value(depth + 1);
      this.expect(')');
      return inner;
    }
    if (this.pattern(/range\s*\(/y)) return this.range(depth);
    throw this.wrong(
      this.at >= this.source.length
        ? 'the text ends in the middle of the genotype: it is truncated'
        : `a list, a pair, a text or a whole number expected, found '${this.source.slice(this.at, this.at + 12)}'`,
    );
  }

  private sequence(close: string, depth: number): Literal[] {
    const items: Literal[] = [];
    while (!this.takes(close)) {
      items.push(this.value(depth + 1));
      if (this.takes(close)) break;
      this.expect(',');
    }
    return items;
  }

  /** One value in parentheses is that value; with a comma it is a tuple. */
  private parenthesis(depth: number): Literal {
    if (this.takes(')')) return { kind: 'tuple', items: [] };
    const first = this.value(depth + 1);
    if (this.takes(')')) return first;
    this.expect(',');
    return { kind: 'tuple', items: [first, ...this.sequence(')', depth)] };
  }

  private range(depth: number): Literal {
    const bounds = this.sequence(')', depth).map((bound) => {
      if (bound.kind !== 'number') throw this.wrong('range needs whole numbers');
      return bound.value;
    });
    const [from, to] = bounds.length === 1 ? [0, bounds[0]] : bounds;
    if (bounds.length < 1 || bounds.length > 2 || to! - from > 64)
      throw this.wrong('range needs one or two whole numbers, at most 64 apart');
    const length = Math.max(0, to! - from);
    return {
      kind: 'list',
      items: Array.from({ length }, (_, i) => ({ kind: 'number', value: from + i })),
    };
  }

  private text(quote: string): string {
    const found = this.pattern(quote === '"' ? /"([^"\\\n]*)"/y : /'([^'\\\n]*)'/y)?.[1];
    if (found === undefined)
      throw this.wrong('a text that ends on its line, without backslashes, expected');
    return found;
  }

  private space(): void {
    for (;;) {
      const found = /\s*/y;
      found.lastIndex = this.at;
      found.exec(this.source);
      this.at = found.lastIndex;
      if (this.source[this.at] !== '#') return;
      this.at = endOfLine(this.source, this.at);
    }
  }

  private pattern(pattern: RegExp): RegExpExecArray | null {
    this.space();
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.source);
    if (found) this.at = pattern.lastIndex;
    return found;
  }

  private takes(char: string): boolean {
    this.space();
    if (this.source[this.at] !== char) return false;
    this.at++;
    return true;
  }

  private expect(char: string): void {
    if (this.takes(char)) return;
    throw this.wrong(
      this.at >= this.source.length
        ? 'the text ends in the middle of the genotype: it is truncated'
        : `'${char}' expected, found '${this.source.slice(this.at, this.at + 12)}'`,
    );
  }

  private wrong(reason: string): ArchitectureError {
    return new ArchitectureError(`line ${lineOf(this.source, this.at)}: ${reason}`);
  }
}
