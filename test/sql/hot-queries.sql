-- access-key-by-prefix
SELECT k.key_id, k.person_id, p.institution_id, i.kind, k.sha256, k.expires_at, k.revoked_at, i.uscc, i.state, k.last_used_on,
  ARRAY(SELECT s FROM unnest(k.scopes) s WHERE s = ANY (scopes_of_person(k.person_id))) AS scopes,
  cardinality(k.addresses) = 0 OR coalesce($2::inet <<= ANY (k.addresses), false) AS here
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

-- percentiles-of-company
WITH 
  stated AS MATERIALIZED (
  SELECT s.score, coalesce(b.payload ->> 'region', o.payload ->> 'region', substr(s.uscc, 3, 6)) AS region,
  coalesce(b.payload ->> 'industry', o.payload ->> 'industry') AS industry,
  coalesce(b.payload ->> 'establishedOn', o.payload ->> 'establishedOn')::date AS established
  FROM (SELECT company_id, uscc, score FROM run_score WHERE run_id = $1 AND company_id = $4) s 
  LEFT JOIN record b ON b.company_id = s.company_id AND b.source = 'business-registration'
  AND b.record_key = 'bureau' AND b.op = 'U'
  AND b.known_from <= $3 AND (b.known_to IS NULL OR b.known_to > $3) 
  LEFT JOIN record o ON o.company_id = s.company_id AND o.source = 'business-registration'
  AND o.record_key = 'open-register' AND o.op = 'U'
  AND o.known_from <= $3 AND (o.known_to IS NULL OR o.known_to > $3)
  ),
  aged AS MATERIALIZED (
  SELECT score, region, industry, (extract(year FROM $2::date) - extract(year FROM established)) * 12
  + extract(month FROM $2::date) - extract(month FROM established)
  - (extract(day FROM $2::date) < extract(day FROM established))::int AS months
  FROM stated
  ),
  firm AS (
  SELECT score, 'run' AS kind, 'all' AS cohort FROM aged
  UNION ALL SELECT score, 'city', left(region, 4) FROM aged
  UNION ALL SELECT score, 'district', region FROM aged
  UNION ALL SELECT score, 'industry', substring(industry FROM '^[A-T][0-9]{2}') FROM aged
  UNION ALL SELECT score, 'sector', substring(industry FROM '^[A-T]') FROM aged
  UNION ALL SELECT score, 'age', CASE WHEN months < 12 THEN '0-12' WHEN months < 24 THEN '12-24' WHEN months < 36 THEN '24-36'
  WHEN months < 60 THEN '36-60' WHEN months >= 60 THEN '60+' END FROM aged
  )
  SELECT kind, cohort, h.equal, h.below, h.firms
  FROM firm JOIN run_cohort h USING (kind, cohort, score) WHERE h.run_id = $1::uuid;

-- records-of-companies
SELECT company_id, source, record_key, known_from, event_date, event_to, delivery_id, row_no, payload FROM record
  WHERE company_id = ANY($1::bigint[]) AND known_from <= $2 AND (known_to IS NULL OR known_to > $2) AND op = 'U'
  ORDER BY company_id, source, record_key;

-- run-by-id
SELECT r.run_id, r.as_of, r.known_at, m.model_id || ' ' || m.version AS model_id, r.model_hash, r.catalogue_hash, r.code_version,
  r.state, r.shadow_of, r.preview, r.planned_at, r.planned_by, r.finished_at, r.firms, r.output_hash, r.stats, r.problem,
  s.shards, s.shards_done, s.firms_done, s.firms_planned
  FROM run r JOIN model m USING (model_hash)
  CROSS JOIN LATERAL (
  SELECT count(*)::int AS shards, (count(*) FILTER (WHERE state = 'DONE'))::int AS shards_done,
  coalesce(sum(firms), 0)::bigint AS firms_done, coalesce(sum(planned_firms), 0)::bigint AS firms_planned
  FROM run_shard WHERE run_id = r.run_id) s WHERE r.run_id = $1;

-- run-published
SELECT r.run_id, r.as_of, r.known_at, m.model_id || ' ' || m.version AS model_id, r.model_hash, r.catalogue_hash, r.code_version,
  r.state, r.shadow_of, r.preview, r.planned_at, r.planned_by, r.finished_at, r.firms, r.output_hash, r.stats, r.problem,
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
