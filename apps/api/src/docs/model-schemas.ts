import { MODEL_EVENTS, MODEL_STATES } from '#lib/runs';
import { choice, flag, hex, id, instant, list, nullable, object, str, type JsonSchema } from './schema.ts';

const state = (description: string): ReturnType<typeof choice> => choice(description, MODEL_STATES, 'CHALLENGER');

const model = object({
  modelHash: hex('SHA-256 of the scorecard: its name.'),
  id: str('Scorecard.', 'startup-potential'),
  version: str('Version.', '1.1.0'),
  state: state('DRAFT, VALIDATED, ENDORSED (one approval), APPROVED (two), CHALLENGER, CHAMPION, RETIRED.'),
  shipped: flag('It came with the program.', false),
  submittedBy: id('The person who submitted it.'),
  approvedBy: list(id('A person.'), 'At most two, neither of whom submitted it.'),
  events: list(
    object({
      event: choice('What was done.', ['ship', 'submit', ...MODEL_EVENTS], 'challenge'),
      from: nullable(state('State before; null at first.')),
      to: state('State after.'),
      person: id('By whom.'),
      at: instant('When.'),
      reason: str('Why.', '影子运行三个月'),
    }),
    'Oldest first.',
  ),
});

const anything: JsonSchema = {
  type: 'object',
  description: 'The scorecard as JSON.',
  additionalProperties: true,
  example: { id: 'startup-potential', version: '1.0.0' },
};

export const modelSchemas = {
  ScorecardDocument: anything,
  ScoringModel: model,
  ScoringModelList: object({ items: list(model, 'Champion and challenger first, then the newest.') }),
};
