import { packageRoot } from '#lib/platform';
import { makeSource, type NewSource } from '#tools/new-source';
import { answer, EXIT } from './session.ts';

/** `firstmile new-source NAME`: the folder of a data source, ready to be edited. */
export function newSource(
  name: string,
  options: Omit<NewSource, 'name'> & { readonly json: boolean },
): Promise<number> {
  const { json, ...more } = options;
  const made = makeSource(packageRoot(), { name, ...more });
  answer(json, { ...made }, [
    `${made.folder} (feed ${made.code}):`,
    ...made.files.map((file) => `  ${file}`),
    'edit these, then: UPDATE_GOLDEN=1 npx jest libs/data-sources/src/sources/sources.spec.ts',
  ]);
  return Promise.resolve(EXIT.done);
}
