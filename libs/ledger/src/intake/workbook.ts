import { GuardedXml, localName, type XmlHandler, type XmlRefusals } from './guarded-xml.ts';
import type { IntakeLimits } from './limits.ts';
import { refusal } from './refusals.ts';
import { partOf, type XlsxPackage } from './xlsx-package.ts';

/** Relationships and sheets of one workbook; more is no workbook that people made. */
const MAX_LISTED = 10_000;
/** Memory of a string besides its characters, of which each may take two bytes. */
const STRING_BYTES = 40;

export interface Sheet {
  readonly name: string;
  /** Its part in the package. */
  readonly part: string;
  /** Hidden sheets hold what nobody meant to send. */
  readonly hidden: boolean;
}

export interface Workbook {
  readonly sheets: readonly Sheet[];
  /** The shared strings (texts that cells name by number). */
  readonly strings: readonly string[];
}

/** Throws ProblemError not-xlsx, xlsx-date-system, xlsx-strings or what the package and the XML throw. */
export async function readWorkbook(zip: XlsxPackage, limits: IntakeLimits): Promise<Workbook> {
  const root = zip.has('_rels/.rels') ? await readRelations(zip, '_rels/.rels', '', limits) : [];
  const main = root.find(({ type }) => type.endsWith('/officeDocument'))?.part;
  if (main === undefined || !zip.has(main)) throw notXlsx();
  const listed = await readSheetList(zip, main, limits);
  const slash = main.lastIndexOf('/') + 1;
  const relationsPart = `${main.slice(0, slash)}_rels/${main.slice(slash)}.rels`;
  const relations = zip.has(relationsPart) ? await readRelations(zip, relationsPart, main, limits) : [];
  const sheets = listed.flatMap(({ name, id, hidden }) => {
    const relation = relations.find((r) => r.id === id);
    // Charts and macro sheets stand in the list, too, and have no rows.
    return relation?.type.endsWith('/worksheet') ? [{ name, part: relation.part, hidden }] : [];
  });
  const strings = relations.find(({ type }) => type.endsWith('/sharedStrings'))?.part;
  return { sheets, strings: strings === undefined ? [] : await readStrings(zip, strings, limits) };
}

interface Relation {
  readonly id: string;
  readonly type: string;
  readonly part: string;
}

async function readRelations(zip: XlsxPackage, part: string, from: string, limits: IntakeLimits): Promise<Relation[]> {
  const relations: Relation[] = [];
  await readPart(zip, part, limits, {
    open(name, { Id, Type, Target, TargetMode }) {
      if (name !== 'Relationship' || TargetMode === 'External') return;
      relations.push({ id: Id ?? '', type: Type ?? '', part: partOf(from, Target ?? '') });
      if (relations.length > MAX_LISTED) throw xlsxBroken(part, 'too many relationships');
    },
  });
  return relations;
}

async function readSheetList(
  zip: XlsxPackage,
  part: string,
  limits: IntakeLimits,
): Promise<{ name: string; id: string; hidden: boolean }[]> {
  const sheets: { name: string; id: string; hidden: boolean }[] = [];
  let root: string | undefined;
  await readPart(zip, part, limits, {
    open(name, attributes) {
      root ??= name;
      if (root !== 'workbook') throw notXlsx();
      if (name === 'workbookPr' && isTrue(attributes['date1904']))
        throw refusal(
          'xlsx-date-system',
          '工作簿使用1904日期系统，日期会差1462天；请改用1900日期系统后重新交付',
          'the workbook counts days from 1904, so its dates would be 1462 days off: switch it to the 1900 date system',
        );
      if (name !== 'sheet') return;
      const id = Object.keys(attributes).find((key) => key.includes(':') && localName(key) === 'id');
      sheets.push({
        name: attributes['name'] ?? '',
        id: id === undefined ? '' : attributes[id]!,
        hidden: (attributes['state'] ?? 'visible') !== 'visible',
      });
      if (sheets.length > MAX_LISTED) throw xlsxBroken(part, 'too many sheets');
    },
  });
  return sheets;
}

async function readStrings(zip: XlsxPackage, part: string, limits: IntakeLimits): Promise<string[]> {
  const strings: string[] = [];
  let bytes = 0;
  const text = new TextElements();
  await readPart(zip, part, limits, {
    open(name) {
      if (name === 'si') text.start();
      else text.open(name);
    },
    text: (piece) => text.add(piece),
    close(name) {
      if (name !== 'si') {
        text.close(name);
        return;
      }
      const value = text.end();
      strings.push(value);
      bytes += STRING_BYTES + 2 * value.length;
      if (bytes <= limits.sharedStringBytes) return;
      const mib = Math.floor(limits.sharedStringBytes / 1024 / 1024);
      throw refusal(
        'xlsx-strings',
        `工作簿的文字超过${mib} MiB，请分成几个文件或改用CSV`,
        `the workbook's texts take more than ${mib} MiB of memory: deliver it in parts, or as CSV`,
      );
    },
  });
  return strings;
}

/** The text of `<si>` or `<is>`: all its `<t>`, those of rich text one after another, without phonetic guides (`<rPh>`). */
export class TextElements {
  private value = '';
  private inText = false;
  private inGuide = false;

  start(): void {
    this.value = '';
    this.inText = false;
    this.inGuide = false;
  }

  open(name: string): void {
    if (name === 't') this.inText = true;
    else if (name === 'rPh') this.inGuide = true;
  }

  add(piece: string): void {
    if (this.inText && !this.inGuide) this.value += piece;
  }

  close(name: string): void {
    if (name === 't') this.inText = false;
    else if (name === 'rPh') this.inGuide = false;
  }

  end(): string {
    return unescaped(this.value);
  }
}

/** `_x000D_` stands for a character that XML cannot hold, `_x005F_` for a plain underscore before such a word. */
export const unescaped = (text: string): string =>
  text.includes('_x')
    ? text.replace(/_x([0-9A-Fa-f]{4})_/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    : text;

export const isTrue = (flag: string | undefined): boolean => flag === '1' || flag === 'true' || flag === 'on';

async function readPart(
  zip: XlsxPackage,
  part: string,
  limits: IntakeLimits,
  handler: Partial<XmlHandler> & Pick<XmlHandler, 'open'>,
): Promise<void> {
  const nothing = (): void => undefined;
  const xml = new GuardedXml(limits, partRefusals(part, limits), { text: nothing, close: nothing, ...handler });
  for await (const text of zip.text(part)) xml.write(text);
  xml.end();
}

/** How refusals read for a part in which people see no rows. */
export function partRefusals(part: string, limits: IntakeLimits): XmlRefusals {
  return {
    broken: (why, line) => xlsxBroken(part, `line ${line}: ${why}`),
    doctype: () =>
      refusal('xml-doctype', `工作簿的${part}含有DOCTYPE`, `${part} of the workbook has a DOCTYPE, which is not taken`),
    tooLong: (line) => xlsxBroken(part, `line ${line}: more than ${limits.lineBytes} characters without an element`),
  };
}

export const xlsxBroken = (part: string, why: string): Error =>
  refusal('xlsx-broken', `工作簿内容有误（${part}）`, `the workbook is damaged in ${part}: ${why.slice(0, 300)}`);

const notXlsx = (): Error =>
  refusal(
    'not-xlsx',
    '文件是zip，但不是.xlsx工作簿（可能是Word、PPT或二进制工作簿）',
    'the file is a zip archive but no .xlsx workbook (perhaps Word, PowerPoint or a binary workbook)',
  );
