import { strToU8, zipSync, type Zippable } from 'fflate';

const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"';
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const PACKAGE = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"';

/** A sheet: the XML inside its `<sheetData>`, what follows it, and its place in the list. */
export interface SheetXml {
  readonly name?: string;
  readonly rows: string;
  readonly after?: string;
  readonly state?: 'hidden' | 'veryHidden';
}

export interface WorkbookXml {
  readonly sheets: readonly SheetXml[];
  /** The XML of each `<si>`. */
  readonly strings?: readonly string[];
  readonly properties?: string;
  /** Parts to put in place of those made here, or besides them; undefined leaves one out. */
  readonly parts?: Readonly<Record<string, string | undefined>>;
}

/** The parts of a workbook made by hand, for files that no writer would make. */
export function workbookParts({ sheets, strings, properties = '', parts = {} }: WorkbookXml): Record<string, string> {
  const relation = (id: string, type: string, target: string): string =>
    `<Relationship Id="${id}" Type="${OFFICE}/${type}" Target="${target}"/>`;
  const made: Record<string, string | undefined> = {
    '_rels/.rels': `${HEAD}<Relationships ${PACKAGE}>${relation('r1', 'officeDocument', 'xl/workbook.xml')}</Relationships>`,
    'xl/workbook.xml': `${HEAD}<workbook ${MAIN} xmlns:r="${OFFICE}">${properties}<sheets>${sheets
      .map(
        ({ name, state }, i) =>
          `<sheet name="${name ?? `Sheet${i + 1}`}" sheetId="${i + 1}"${state ? ` state="${state}"` : ''} r:id="s${i}"/>`,
      )
      .join('')}</sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `${HEAD}<Relationships ${PACKAGE}>${sheets
      .map((_, i) => relation(`s${i}`, 'worksheet', `worksheets/sheet${i + 1}.xml`))
      .join('')}${strings ? relation('t', 'sharedStrings', '/xl/sharedStrings.xml') : ''}</Relationships>`,
    ...Object.fromEntries(
      sheets.map(({ rows, after = '' }, i) => [
        `xl/worksheets/sheet${i + 1}.xml`,
        `${HEAD}<worksheet ${MAIN}><sheetData>${rows}</sheetData>${after}</worksheet>`,
      ]),
    ),
    ...(strings
      ? { 'xl/sharedStrings.xml': `${HEAD}<sst ${MAIN}>${strings.map((si) => `<si>${si}</si>`).join('')}</sst>` }
      : {}),
    ...parts,
  };
  return Object.fromEntries(Object.entries(made).filter((part): part is [string, string] => part[1] !== undefined));
}

export const zipped = (parts: Readonly<Record<string, string>>): Buffer =>
  Buffer.from(zipSync(Object.fromEntries(Object.entries(parts).map(([k, v]) => [k, strToU8(v)])) as Zippable));

export const workbook = (xml: WorkbookXml): Buffer => zipped(workbookParts(xml));

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/** Rows of inline texts and numbers, from row `first` on; '' leaves a cell out, an empty row leaves the row out. */
export const rowsXml = (rows: readonly (readonly (string | number)[])[], first = 1): string =>
  rows
    .map((cells, i) =>
      cells.length === 0
        ? ''
        : `<row r="${first + i}">${cells
            .map((cell, c) => {
              const ref = `${String.fromCharCode(65 + c)}${first + i}`;
              if (cell === '') return '';
              return typeof cell === 'number'
                ? `<c r="${ref}"><v>${cell}</v></c>`
                : `<c r="${ref}" t="inlineStr"><is><t>${escaped(cell)}</t></is></c>`;
            })
            .join('')}</row>`,
    )
    .join('');
