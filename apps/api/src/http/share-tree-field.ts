import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { IsObject } from 'class-validator';

/** 5:3:2 with a bank that bears 20 %. */
export const SHARE_TREE_EXAMPLE = {
  of: 100,
  children: [
    { party: 'bank', zh: '合作银行', en: 'bank', parts: 20, lender: true },
    {
      party: 'system',
      zh: '担保体系',
      en: 'guarantee system',
      parts: 80,
      of: 10,
      children: [
        { party: 'national', zh: '国家融资担保基金', en: 'national fund', parts: 5 },
        { party: 'city', zh: '市融资担保基金', en: 'city fund', parts: 3 },
        { party: 'guarantor', zh: '担保机构', en: 'guarantor', parts: 2 },
      ],
    },
  ],
};

export const SHARE_TREE_WORDS =
  '分险比例: {of, children}, each child {party, zh, en, parts}, with lender where it bears its share without paying, and with of and children where it is a group. One leaf is guarantor.';

/** 分险比例, checked by the rules of guarantees. */
export const ShareTreeField = (): PropertyDecorator =>
  applyDecorators(
    ApiProperty({
      description: SHARE_TREE_WORDS,
      type: 'object',
      additionalProperties: true,
      example: SHARE_TREE_EXAMPLE,
    }),
    IsObject({ context: { code: 'field-invalid', zh: '应为 JSON 对象', en: 'a JSON object is expected' } }),
  );
