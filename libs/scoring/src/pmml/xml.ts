import { SaxesParser } from 'saxes';
import { invalid, refusal, shown, unsupported, type Place } from './refusal.ts';

/** A scorecard of 58 characteristics takes 200 kB. */
export const MAX_PMML_BYTES = 4 * 1024 * 1024;
const MAX_ELEMENTS = 100_000;
/** Also bounds every recursion over expressions and predicates. */
const MAX_DEPTH = 100;

/** An element of a PMML document. What an Extension holds beside its attributes is not kept. */
export class XmlElement implements Place {
  readonly children: XmlElement[] = [];
  readonly attributes = new Map<string, string>();
  text = '';
  private count: Map<string, number> | undefined;

  constructor(
    readonly name: string,
    readonly line: number,
    private readonly parent: XmlElement | undefined,
    private readonly number: number,
  ) {}

  get path(): string {
    const step = this.number > 1 ? `${this.name}[${this.number}]` : this.name;
    return `${this.parent?.path ?? ''}/${step}`;
  }

  add(name: string, line: number): XmlElement {
    this.count ??= new Map();
    const number = (this.count.get(name) ?? 0) + 1;
    this.count.set(name, number);
    const child = new XmlElement(name, line, this, number);
    this.children.push(child);
    return child;
  }

  attribute(name: string): string | undefined {
    return this.attributes.get(name);
  }

  /** Throws `pmml-invalid` where the attribute is not there. */
  required(name: string): string {
    const value = this.attributes.get(name);
    if (value === undefined) throw invalid(this, `缺少属性 ${name}`, `the attribute ${name} is missing`);
    return value;
  }

  /** The attribute as one of `words`; absent: the first. Throws `pmml-invalid` for any other. */
  oneOf<W extends string>(name: string, words: readonly [W, ...W[]]): W {
    const value = this.attributes.get(name) ?? words[0];
    const word = words.find((w) => w === value);
    if (word === undefined)
      throw invalid(
        this,
        `${name}="${shown(value)}" 应为 ${words.join('、')} 之一`,
        `${name}="${shown(value)}" must be one of ${words.join(', ')}`,
      );
    return word;
  }

  numeric(name: string): number | undefined {
    const value = this.attributes.get(name);
    return value === undefined ? undefined : numberIn(value, this, name);
  }

  all(name: string): XmlElement[] {
    return this.children.filter((child) => child.name === name);
  }

  /** The only element of this name. Throws `pmml-invalid` for two. */
  one(name: string): XmlElement | undefined {
    const [first, second] = this.all(name);
    if (second !== undefined) throw invalid(second, '重复的元素', 'the element stands here twice');
    return first;
  }

  /** Children that mean something: all but Extension. */
  get content(): XmlElement[] {
    return this.children.filter((child) => child.name !== 'Extension');
  }

  /** Refuses by name every child that is not listed. */
  allow(...names: readonly string[]): void {
    const other = this.content.find((child) => !names.includes(child.name));
    if (other !== undefined) throw unsupported(other, `${this.name}/${other.name}`);
  }
}

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/** A finite number in XML's writing; undefined for anything else. */
export function readNumber(text: string): number | undefined {
  const trimmed = text.trim();
  const value = NUMBER.test(trimmed) ? Number(trimmed) : NaN;
  return Number.isFinite(value) ? value : undefined;
}

export function numberIn(text: string, place: Place, name: string): number {
  const value = readNumber(text);
  if (value === undefined)
    throw invalid(place, `${name}="${shown(text)}" 不是数字`, `${name}="${shown(text)}" is not a number`);
  return value;
}

/**
 * Reads a document of bounded size into its elements: UTF-8, no document type (so no entity but XML's five).
 * Throws ProblemError `pmml-too-large` before parsing for too many bytes, and for too many or too deep elements;
 * `pmml-invalid` with line and element for all else.
 */
export function readXml(bytes: Uint8Array): XmlElement {
  if (bytes.length > MAX_PMML_BYTES)
    throw refusal(
      'pmml-too-large',
      { line: 1, path: '/' },
      `文件超过 ${MAX_PMML_BYTES} 字节`,
      `the file has more than ${MAX_PMML_BYTES} bytes`,
    );
  return new Reader().read(decoded(bytes));
}

function decoded(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw invalid({ line: 1, path: '/' }, '不是 UTF-8 编码', 'the file is not UTF-8');
  }
}

class Reader {
  private readonly parser = new SaxesParser({ xmlns: true, position: true });
  private root: XmlElement | undefined;
  private readonly open: XmlElement[] = [];
  private namespace = '';
  private elements = 0;
  private depth = 0;
  /** Depth of the Extension that is open, whose content is passed over. */
  private passing = Infinity;
  private startLine = 1;

  read(text: string): XmlElement {
    const { parser } = this;
    parser.on('error', (error) => {
      const why = shown(error.message.replace(/^\d+:\d+: /, ''));
      throw invalid(this.here(), why, why);
    });
    parser.on('doctype', () => {
      throw invalid(this.here(), '不接受 DOCTYPE', 'a DOCTYPE is not accepted');
    });
    parser.on('xmldecl', ({ encoding }) => {
      if (encoding !== undefined && !/^utf-?8$/i.test(encoding)) throw unsupported(this.here(), encoding);
    });
    parser.on('opentagstart', () => (this.startLine = parser.line));
    parser.on('opentag', ({ local, uri, attributes }) => {
      this.depth += 1;
      this.elements += 1;
      if (this.elements > MAX_ELEMENTS) throw this.tooLarge('元素过多', `more than ${MAX_ELEMENTS} elements`);
      if (this.depth > MAX_DEPTH) throw this.tooLarge('嵌套过深', `nested deeper than ${MAX_DEPTH} elements`);
      if (this.depth > this.passing) return;
      this.namespace ||= uri;
      const parent = this.open.at(-1);
      const element = parent?.add(local, this.startLine) ?? new XmlElement(local, this.startLine, undefined, 1);
      if (uri !== this.namespace) throw unsupported(element, `xmlns="${uri}"`);
      this.root ??= element;
      for (const attribute of Object.values(attributes))
        if (attribute.prefix === '') element.attributes.set(attribute.local, attribute.value);
      this.open.push(element);
      if (local === 'Extension') this.passing = this.depth;
    });
    const keep = (piece: string): void => {
      if (this.depth <= this.passing && this.open.length > 0) this.open.at(-1)!.text += piece;
    };
    parser.on('text', keep);
    parser.on('cdata', keep);
    parser.on('closetag', () => {
      if (this.depth <= this.passing) this.open.pop();
      if (this.depth === this.passing) this.passing = Infinity;
      this.depth -= 1;
    });
    parser.write(text).close();
    return this.root!;
  }

  private here(): Place {
    return { line: this.parser.line, path: this.open.at(-1)?.path ?? '/' };
  }

  private tooLarge(zh: string, en: string): Error {
    return refusal('pmml-too-large', this.here(), zh, en);
  }
}
