import type { Layout } from '#lib/data-sources';
import { GuardedXml, localName, type XmlHandler, type XmlRefusals } from './guarded-xml.ts';
import type { IntakeLimits } from './limits.ts';
import { atRow, refusal } from './refusals.ts';
import type { RowListener, RowParser } from './row-listener.ts';

/** No bureau nests deeper than three; what walks a value by recursion must not run out of stack. */
export const MAX_NESTING = 32;

/** As many digits as a number of JSON holds exactly. */
const PLAIN_NUMBER = /^-?(?=[\d.]{1,16}$)\d+(?:\.\d+)?$/;

/** An element that is being read. */
interface Element {
  readonly name: string;
  /** Its children by name, once it has one. */
  members?: Record<string, unknown>;
  /** Names that came more than once: their members are lists. */
  repeated?: Set<string>;
  /** The items of a list. */
  readonly items?: unknown[];
  text: string;
  nil: boolean;
}

/**
 * Records of an XML file as objects like those of JSON lines. A record's attributes and child elements are its members:
 * an element without children is its text, trimmed; with children it is an object; one of `layout.lists` is the list of
 * its children, and so is a name that comes twice. `xsi:nil` is null; text beside children or attributes is the member
 * `#text`. Rows count the records; a refusal names element and line.
 */
export class XmlRecords implements RowParser, XmlHandler {
  private readonly xml: GuardedXml;
  private readonly recordPath: readonly string[];
  private readonly lists: ReadonlySet<string>;
  private readonly numbers: ReadonlySet<string>;
  private row = 0;
  private stack: Element[] = [];
  private deepest = 0;
  private sawRoot = false;

  constructor(
    layout: Layout,
    limits: IntakeLimits,
    private readonly listener: RowListener,
  ) {
    if (layout.record === undefined) throw new Error(`layout ${layout.name}: xml needs the path of a record`);
    this.recordPath = layout.record.split('/');
    this.lists = new Set(layout.lists);
    this.numbers = new Set(layout.numbers);
    this.xml = new GuardedXml(limits, this.refusals(limits), this);
  }

  write(text: string): void {
    this.xml.write(text);
  }

  end(): Promise<void> {
    if (this.sawRoot) this.xml.end();
    if (this.row === 0) throw refusal('file-empty', '文件中没有记录', 'the file holds no record');
    return Promise.resolve();
  }

  open(name: string, attributes: Readonly<Record<string, string>>): void {
    const depth = this.xml.path.length;
    if (depth === 1) this.checkRoot(name);
    if (this.stack.length === 0) {
      const inParent = depth === this.recordPath.length && this.recordPath.every((p, i) => this.isOpen(p, i, depth));
      if (!inParent) return;
      this.row += 1;
      this.deepest = 0;
      this.xml.holdMark = true;
    }
    this.stack.push(elementOf(name, attributes, this.stack.length > 0 && this.lists.has(name)));
    this.deepest = Math.max(this.deepest, this.stack.length);
  }

  text(text: string): void {
    const element = this.stack.at(-1);
    if (element) element.text += text;
  }

  close(): void {
    const element = this.stack.pop();
    if (!element) return;
    const parent = this.stack.at(-1);
    if (parent) attach(parent, element.name, this.asNumber(element.name, valueOf(element)));
    else {
      this.hear(element);
      this.xml.holdMark = false;
    }
  }

  private asNumber(name: string, value: unknown): unknown {
    return typeof value === 'string' && this.numbers.has(name) && PLAIN_NUMBER.test(value) ? Number(value) : value;
  }

  private isOpen(name: string, i: number, depth: number): boolean {
    // The last one may differ: a stranger among the records is a row that has not the shape of one.
    return i === depth - 1 || this.xml.path[i] === name;
  }

  private hear(record: Element): void {
    const value = valueOf(record);
    const wanted = this.recordPath.at(-1)!;
    const misshapen = (zh: string, en: string): void =>
      this.listener.misshapen(JSON.stringify({ [record.name]: value }), this.row, { zh, en });
    if (record.name !== wanted)
      misshapen(`应为<${wanted}>，实为<${record.name}>`, `<${wanted}> expected, <${record.name}> found`);
    else if (this.deepest > MAX_NESTING)
      misshapen(`嵌套超过${MAX_NESTING}层`, `nested deeper than ${MAX_NESTING} levels`);
    else if (!record.members) misshapen('记录中没有字段', 'the record has no fields');
    else this.listener.object(value as Record<string, unknown>, this.row);
  }

  private checkRoot(name: string): void {
    this.sawRoot = true;
    const root = this.recordPath[0]!;
    if (name === root) return;
    throw refusal(
      'xml-root',
      `根元素应为<${root}>，实为<${name.slice(0, 100)}>`,
      `the root element is <${name.slice(0, 100)}>, not <${root}>`,
    );
  }

  private refusals(limits: IntakeLimits): XmlRefusals {
    const at = (code: string, zh: string, en: string, line: number, element: string): Error =>
      refusal(code, zh, en, {
        ...(this.stack.length > 0 ? atRow(this.row, code, zh, en) : {}),
        extra: { line, element },
      });
    return {
      broken: (why, line, element) =>
        this.sawRoot
          ? at(
              'xml-broken',
              `第${line}行，元素${element || '（根）'}：XML格式有误`,
              `line ${line}, element ${element || '(root)'}: the XML is not well-formed: ${why}`,
              line,
              element,
            )
          : at('not-xml', '文件不是XML', `the file is not XML: line ${line}: ${why}`, line, element),
      doctype: (line) =>
        at('xml-doctype', '不接受含有DOCTYPE的XML', `line ${line}: XML with a DOCTYPE is not taken`, line, ''),
      tooLong: (line, element) =>
        at(
          'line-too-long',
          `第${line}行，元素${element}：单条记录超过${limits.lineBytes}个字符`,
          `line ${line}, element ${element}: a record is longer than ${limits.lineBytes} characters`,
          line,
          element,
        ),
    };
  }
}

function elementOf(name: string, attributes: Readonly<Record<string, string>>, isList: boolean): Element {
  const element: Element = { name, text: '', nil: false, ...(isList ? { items: [] } : {}) };
  for (const [key, value] of Object.entries(attributes)) {
    if (key === 'xsi:nil') element.nil = value === 'true' || value === '1';
    // What describes namespaces, blanks or a list as such is no field.
    else if (!isList && !/^(?:xmlns|xml|xsi)(?::|$)/.test(key)) attach(element, localName(key), value);
  }
  return element;
}

function attach(parent: Element, name: string, value: unknown): void {
  if (parent.items) {
    parent.items.push(value);
    return;
  }
  // Without a prototype no name means anything but itself.
  parent.members ??= Object.create(null) as Record<string, unknown>;
  const { members } = parent;
  if (!(name in members)) members[name] = value;
  else if (parent.repeated?.has(name)) (members[name] as unknown[]).push(value);
  else {
    (parent.repeated ??= new Set()).add(name);
    members[name] = [members[name], value];
  }
}

function valueOf(element: Element): unknown {
  const text = element.text.trim();
  if (element.items && (element.items.length > 0 || text === '')) return element.items;
  if (!element.members) return element.nil ? null : text;
  if (text !== '') attach(element, '#text', text);
  return element.members;
}
