const BRACKETED = /[([【《「][^)\]】》」]*[)\]】》」]$/u;
/** V1.0, 版本2, 2.0版, 2.0, 第二版, 二期, (Build 12) and what stands between. A bare whole number is part of a name. */
const VERSION =
  /(?:(?:版本号?|ver(?:sion)?|v|build)[.:]?\d+(?:\.\d+)*[a-z]?版?|\d+(?:\.\d+)+(?:版本?)?|\d+版|第[一二三四五六七八九十\d]+版|[一二三四五六七八九十\d]+期)$/iu;
const EDITION =
  /(?:安卓|android|苹果|ios|鸿蒙|pc|web|网页|移动|手机|微信|小程序|桌面|单机|网络|云|企业|专业|标准|基础|旗舰|升级|测试|试用|正式|免费|个人|商用|中文|英文)(?:版本?|端)$/iu;
const MARKS = /[-\s_—·.,:;"'“”‘’]+/gu;
const END_MARKS = /[-_—·,:;"'“”‘’]+$/u;

/**
 * The product behind a title (软件名称词干): versions, editions and bracketed short names at the end are cut, 软件 after
 * 系统 or 平台 too; then blanks and marks go and letters are small. What is left is never shorter than two characters.
 * The title must be clean text.
 */
export function productOf(title: string): string {
  let stem = title.trim();
  for (;;) {
    const shorter = cut(cut(cut(stem, BRACKETED), VERSION), EDITION);
    if (shorter === stem) break;
    stem = shorter;
  }
  stem = stem
    .replace(/(系统|平台)软件$/u, '$1')
    .replace(MARKS, '')
    .toLowerCase();
  return stem.length >= 2 ? stem : title.replace(MARKS, '').toLowerCase();
}

function cut(text: string, ending: RegExp): string {
  const shorter = text.replace(ending, '').replace(END_MARKS, '').trim();
  return shorter.length >= 2 ? shorter : text;
}
