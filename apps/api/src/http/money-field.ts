import { MOST_FEN } from '#lib/financing';
import { ChoiceField, NumberField, ObjectField, type FieldWords } from './fields.ts';

/** 金额: `{fen, currency}`. */
export class Money {
  @NumberField({ description: 'Whole fen (分).', example: 100_000_000 }, 0, MOST_FEN)
  fen!: number;

  @ChoiceField({ description: 'ISO 4217.', example: 'CNY' }, ['CNY'])
  currency!: 'CNY';
}

/** An amount of money. */
export const MoneyField = (words: FieldWords): PropertyDecorator => ObjectField(words, () => Money);
