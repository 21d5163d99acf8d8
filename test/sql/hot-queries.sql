-- access-key-by-prefix
SELECT k.key_id, k.person_id, p.institution_id, i.kind, k.sha256, k.scopes, k.expires_at, k.revoked_at
  FROM api_key k JOIN person p USING (person_id) JOIN institution i USING (institution_id) WHERE k.prefix = $1;

-- company-by-uscc
SELECT company_id, uscc FROM company WHERE uscc = $1 AND known_from <= $2;

-- dossiers-of-range
SELECT c.company_id, c.uscc,
  CASE WHEN d.tick <= $3 AND (s.since IS NULL OR s.since > $3) THEN d.document END AS document
  FROM company c
  LEFT JOIN dossier_document d ON d.company_id = c.company_id
  LEFT JOIN dossier_stale s ON s.company_id = c.company_id
  WHERE c.company_id >= $1 AND c.company_id < $2 AND c.known_from <= $3
  ORDER BY c.company_id;

-- records-of-companies
SELECT company_id, source, record_key, known_from, event_date, event_to, delivery_id, row_no, payload FROM record
  WHERE company_id = ANY($1::bigint[]) AND known_from <= $2 AND (known_to IS NULL OR known_to > $2) AND op = 'U'
  ORDER BY company_id, source, record_key;

-- run-by-id
SELECT r.run_id, r.as_of, r.known_at, m.model_id || ' ' || m.version AS model_id, r.model_hash, r.catalogue_hash, r.code_version,
  r.state, r.shadow_of, r.planned_at, r.planned_by, r.finished_at, r.firms, r.output_hash, r.stats, r.problem,
  s.shards, s.shards_done, s.firms_done, s.firms_planned
  FROM run r JOIN model m USING (model_hash)
  CROSS JOIN LATERAL (
  SELECT count(*)::int AS shards, (count(*) FILTER (WHERE state = 'DONE'))::int AS shards_done,
  coalesce(sum(firms), 0)::bigint AS firms_done, coalesce(sum(planned_firms), 0)::bigint AS firms_planned
  FROM run_shard WHERE run_id = r.run_id) s WHERE r.run_id = $1;

-- run-published
SELECT r.run_id, r.as_of, r.known_at, m.model_id || ' ' || m.version AS model_id, r.model_hash, r.catalogue_hash, r.code_version,
  r.state, r.shadow_of, r.planned_at, r.planned_by, r.finished_at, r.firms, r.output_hash, r.stats, r.problem,
  s.shards, s.shards_done, s.firms_done, s.firms_planned
  FROM run r JOIN model m USING (model_hash)
  CROSS JOIN LATERAL (
  SELECT count(*)::int AS shards, (count(*) FILTER (WHERE state = 'DONE'))::int AS shards_done,
  coalesce(sum(firms), 0)::bigint AS firms_done, coalesce(sum(planned_firms), 0)::bigint AS firms_planned
  FROM run_shard WHERE run_id = r.run_id) s WHERE r.state = 'PUBLISHED';

-- score-of-company
SELECT c.company_id AS found_company, s.*, (
  SELECT jsonb_agg(jsonb_build_object('k', r.record_key, 'p', r.payload - 'scope') ORDER BY r.record_key) FROM record r
  WHERE r.company_id = c.company_id AND r.source = $3 AND r.known_from <= $4 AND (r.known_to IS NULL OR r.known_to > $4) AND r.op = 'U'
  ) AS registrations
  FROM company c LEFT JOIN (SELECT company_id, uscc, score_tenths, score, low, high, coverage_bp, confidence, depth, decision, published, grade,
  knock_outs, warnings, dimension_tenths, bins, measured FROM run_score WHERE run_id = $2) s ON s.company_id = c.company_id
  WHERE c.uscc = $1;

-- scores-page
SELECT company_id, uscc, score_tenths, score, low, high, coverage_bp, confidence, depth, decision, published, grade,
  knock_outs, warnings, dimension_tenths, bins, measured,
  (SELECT r.payload ->> 'name' FROM record r WHERE r.company_id = s.company_id AND r.source = $4 AND r.known_from <= $5
  AND (r.known_to IS NULL OR r.known_to > $5) AND r.op = 'U' ORDER BY r.record_key LIMIT 1) AS name
  FROM run_score s WHERE run_id = $1 AND uscc > $2 ORDER BY uscc LIMIT $3;
