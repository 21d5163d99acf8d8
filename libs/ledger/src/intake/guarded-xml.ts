import { SaxesParser } from 'saxes';
import type { IntakeLimits } from './limits.ts';

/** Elements within elements that anybody has use for; what is open is kept in memory. */
const MAX_DEPTH = 1000;

/** How one kind of document words its refusals; `element` is the path of open elements, `line` is 1-based. */
export interface XmlRefusals {
  broken(why: string, line: number, element: string): Error;
  doctype(line: number): Error;
  /** A record, or one piece of text or markup, past the limit of a line. */
  tooLong(line: number, element: string): Error;
}

export interface XmlHandler {
  open(name: string, attributes: Readonly<Record<string, string>>): void;
  text(text: string): void;
  close(name: string): void;
}

/**
 * XML read as a stream, in bounded memory: no document type (so no entity but XML's five), no depth without end, and no
 * more than `lineBytes` characters between two calls of `progressed` or, outside records, between two tags. Names come
 * without their namespace prefix.
 */
export class GuardedXml {
  readonly path: string[] = [];
  /** Inside a record only `progressed` moves the mark. */
  holdMark = false;
  private readonly parser = new SaxesParser<{ xmlns: false; position: true }>({ xmlns: false, position: true });
  private mark = 0;

  constructor(
    private readonly limits: IntakeLimits,
    private readonly refusals: XmlRefusals,
    handler: XmlHandler,
  ) {
    this.parser.on('error', (error) => {
      throw this.broken(error.message.replace(/^\d+:\d+: /, ''));
    });
    this.parser.on('doctype', () => {
      throw refusals.doctype(this.parser.line);
    });
    this.parser.on('opentag', ({ name, attributes }) => {
      const local = localName(name);
      this.path.push(local);
      if (this.path.length > MAX_DEPTH) throw this.broken(`nested deeper than ${MAX_DEPTH} elements`);
      if (!this.holdMark) this.progressed();
      handler.open(local, attributes);
    });
    this.parser.on('text', (text) => handler.text(text));
    this.parser.on('cdata', (text) => handler.text(text));
    this.parser.on('closetag', ({ name }) => {
      handler.close(localName(name));
      this.path.pop();
      if (!this.holdMark) this.progressed();
      else this.checkLength();
    });
  }

  write(text: string): void {
    this.parser.write(text);
    this.checkLength();
  }

  end(): void {
    this.parser.close();
  }

  /** What was read so far has been dealt with. */
  progressed(): void {
    this.checkLength();
    this.mark = this.parser.position;
  }

  broken(why: string): Error {
    return this.refusals.broken(why, this.parser.line, this.element());
  }

  private checkLength(): void {
    if (this.parser.position - this.mark > this.limits.lineBytes)
      throw this.refusals.tooLong(this.parser.line, this.element());
  }

  private element(): string {
    return this.path.slice(0, 20).join('/').slice(0, 500);
  }
}

export function localName(name: string): string {
  const colon = name.indexOf(':');
  return colon < 0 ? name : name.slice(colon + 1);
}
