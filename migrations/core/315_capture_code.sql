-- Up Migration
-- What watch asks of the code that it is given: conditions and payload functions.

/*
 * A condition that cannot raise an error stands in the capture function as it was written; any other one is wrapped.
 * Harmless are functions that Postgres itself calls leakproof, and the comparisons of its btree and hash indexes (but
 * those over containers, whose elements may not be comparable). The body is read as a tree, node by node.
 */
create function webhooks_private.can_fail(condition oid) returns boolean
language sql stable
begin atomic
  with body as (
    select p.prosqlbody::text as tree from pg_proc as p where p.oid = condition
  )
  select exists (select
                   from body, regexp_matches(tree, '\{([A-Z_]+)', 'g') as node
                  where node[1] <> all ('{QUERY,FROMEXPR,TARGETENTRY,PARAM,CONST,FIELDSELECT,RELABELTYPE,BOOLEXPR,OPEXPR,DISTINCTEXPR,
                                          SCALARARRAYOPEXPR,NULLTEST,BOOLEANTEST,CASEEXPR,CASEWHEN,CASETESTEXPR,COALESCEEXPR,ARRAYEXPR,FUNCEXPR}'::text[]))
         or exists (select
                      from body, regexp_matches(tree, ':(?:funcid|opfuncid) ([0-9]+)', 'g') as call
                      join pg_proc as p on p.oid = call[1]::oid
                     where not p.proleakproof
                       and p.oid not in ('pg_catalog.now()'::regprocedure, 'pg_catalog.numeric(integer)'::regprocedure)
                       and not exists (select
                                         from pg_amop     as a
                                         join pg_operator as o on o.oid = a.amopopr
                                         join pg_opfamily as f on f.oid = a.amopfamily
                                         join pg_am       as m on m.oid = f.opfmethod
                                        where o.oprcode = p.oid
                                          and m.amname in ('btree', 'hash')
                                          and f.opfnamespace = 'pg_catalog'::regnamespace
                                          and o.oprleft not in ('record'::regtype, 'anyarray'::regtype, 'anyrange'::regtype, 'anymultirange'::regtype)));
end;
comment on function webhooks_private.can_fail(oid) is
  'Whether the stored body of a condition holds anything that might raise an error for some row.';

/*
 * Capture calls as rowhook_owner, which may see into the public schema but seldom into others.
 */
create function webhooks_private.missing_grants(functions oid[], schemas oid[]) returns text
language sql stable
begin atomic
  select string_agg(statement, ' ')
    from (select format('grant usage on schema %I to rowhook_owner;', n.nspname)
            from pg_namespace as n
           where n.oid in (select unnest(schemas) union all select p.pronamespace from pg_proc as p where p.oid = any (functions))
             and not has_schema_privilege('rowhook_owner', n.oid, 'usage')
           union all
          select format('grant execute on function %s to rowhook_owner;', p.oid::regprocedure)
            from pg_proc as p
           where p.oid = any (functions)
             and not has_function_privilege('rowhook_owner', p.oid, 'execute')) as grants (statement);
end;
comment on function webhooks_private.missing_grants(oid[], oid[]) is
  'The grants that rowhook_owner lacks to call these functions and to name things of these schemas; null where it lacks none.';

/*
 * What stands behind a semicolon would end the statement that the condition is tried in, and be run as whoever asks: watch
 * asks as its caller, but doctor asks again about the rules of others. Without any of the other signs, quotes end where they seem to.
 */
create function webhooks_private.must_be_one_statement(relation regclass, condition text) returns void
language plpgsql immutable
set search_path = pg_catalog, pg_temp as $$
begin
  if strpos(condition, ';') > 0
     and (condition ~ '[\\$]|--|/\*' or strpos(regexp_replace(condition, '''[^'']*''|"[^"]*"', '', 'g'), ';') > 0) then
    raise exception using errcode = 'WHCND',
      message = format('The condition %L for %s cannot be used.', condition, relation),
      detail  = 'It holds a semicolon outside of a plain string.',
      hint    = 'Write one boolean expression. Where a string holds a semicolon, leave comments, backslashes and dollar signs out.';
  end if;
end
$$;
comment on function webhooks_private.must_be_one_statement(regclass, text) is
  'Raises WHCND for a condition that might end the statement it is tried in.';

/*
 * Looked at in three ways, because each sees what the others do not. In a query it has old and new as the capture function
 * will have them, no $1, and Postgres says best what is wrong. As the value of a function it must be one boolean expression,
 * and pg_depend then tells what it calls. Behind a cursor it must be one statement. Nothing of it is run; the cursor comes
 * after the question of trust, because planning may evaluate functions of constants. All this is made by the caller in his own
 * temporary schema, because rowhook_owner need not see the schema of the table.
 */
create function webhooks_private.check_condition(relation regclass, fires_on text, condition text) returns boolean
language plpgsql volatile
set search_path = pg_catalog, pg_temp as $$
declare
  rows_of  text[] := case fires_on when 'insert' then '{new}' when 'delete' then '{old}' else '{old,new}' end;
  tried    oid;
  as_query text;
  body     text;
  problems text;
  guarded  boolean;
  probe    refcursor;
begin
  perform webhooks_private.must_be_one_statement(relation, condition);
  as_query := format(E'select (%s\n) from %s where false', condition,
                     (select string_agg(format('(select (null::%s).*) as %s', relation, r), ', ') from unnest(rows_of) as r));
  begin
    execute format('create function pg_temp.rowhook_condition() returns boolean begin atomic %s; end', as_query);
    execute 'drop function pg_temp.rowhook_condition()';
    execute format(E'create function pg_temp.rowhook_condition(%s) returns boolean begin atomic return (%s\n); end',
                   (select string_agg(format('%s %s', r, relation), ', ') from unnest(rows_of) as r), condition);
    tried := to_regproc('pg_temp.rowhook_condition');
    select p.prosqlbody::text into strict body from pg_proc as p where p.oid = tried;
    if body ~ ':(hasSubLinks|hasAggs|hasWindowFuncs|hasTargetSRFs) true' then
      raise exception 'It holds a sub-query, an aggregate or a function that returns a set.';
    end if;

    select string_agg(part, ', ') into problems
      from webhooks_private.untrusted_parts(tried, relation) as part;
    if problems is null then
      open probe for execute as_query;
      close probe;
    end if;
  exception when others then
    raise exception using errcode = 'WHCND',
      message = format('The condition %L for %s cannot be used.', condition, relation),
      detail  = sqlerrm,
      hint    = format('Write one boolean expression over %s, such as: %s. Name your own types and functions with their schema.',
                       array_to_string(rows_of, ' and '), case fires_on when 'delete' then 'old' else 'new' end || '.status = ''completed''');
  end;
  if problems is not null then
    raise exception using errcode = 'WHTRU',
      message = format('The condition %L for %s uses what capture does not trust: %s.', condition, relation, problems),
      detail  = 'It runs with the rights of rowhook_owner for every writer, so its code must belong to PostgreSQL, an extension, a superuser or a member of rowhook_dba.',
      hint    = 'Have one of them own it, or do without it.';
  end if;

  select webhooks_private.missing_grants(
           array_agg(d.refobjid) filter (where d.refclassid = 'pg_proc'::regclass),
           array_agg(n.oid)      filter (where strpos(condition, quote_ident(n.nspname) || '.') > 0)
             || (select array_agg(c.relnamespace) from pg_class as c where c.oid = relation and bool_or(d.refclassid = 'pg_proc'::regclass)))
    into problems
    from pg_depend         as d
    left join pg_type      as t on d.refclassid = 'pg_type'::regclass and t.oid = d.refobjid
    left join pg_namespace as n on n.oid = t.typnamespace
   where d.classid = 'pg_proc'::regclass
     and d.objid = tried
     and d.deptype = 'n';
  if problems is not null then
    raise exception using errcode = 'WHGRT',
      message = format('rowhook_owner may not see all that the condition %L for %s names.', condition, relation),
      detail  = 'Capture evaluates conditions as rowhook_owner.',
      hint    = problems;
  end if;

  guarded := webhooks_private.can_fail(tried);
  execute 'drop function pg_temp.rowhook_condition';
  return guarded;
end
$$;
comment on function webhooks_private.check_condition(regclass, text, text) is
  'Raises WHCND unless the condition is one boolean expression over old and new, WHTRU when it uses untrusted code. Returns whether it can raise an error for some row.';

create function webhooks_private.resolve_payload(name text) returns regprocedure
language plpgsql stable
set search_path = pg_catalog, pg_temp as $$
declare
  found_function regprocedure := case when name like '%(%' then to_regprocedure(name) else to_regproc(name)::oid::regprocedure end;
begin
  if found_function is null then
    raise exception using errcode = 'WHPAY',
      message = format('There is no payload function %L, or more than one.', name),
      detail  = 'In a rule it is looked up by its name with the schema, since capture does not follow a search path.',
      hint    = 'Write it like public.sale_payload, or with its arguments: public.sale_payload(public.sales).';
  end if;
  return found_function;
end
$$;
comment on function webhooks_private.resolve_payload(text) is
  'The function of that qualified name, with or without argument types; raises WHPAY where there is none, or several.';

create function webhooks_private.check_payload(relation regclass, payload regprocedure) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp as $$
declare
  row_type oid := (select c.reltype from pg_class as c where c.oid = relation);
  denied   text;
begin
  if not exists (select
                   from pg_proc as p
                  where p.oid = payload
                    and p.prokind = 'f'
                    and not p.proretset
                    and p.prorettype in ('json'::regtype, 'jsonb'::regtype)
                    and p.proargtypes::text in (row_type::text, concat_ws(' ', row_type, row_type))) then
    raise exception using errcode = 'WHPAY',
      message = format('%s cannot make the payload of %s.', payload, relation),
      detail  = format('A payload function is f(%1$s) or f(%1$s, %1$s) for the old and the new row, and returns json or jsonb.', relation),
      hint    = 'Change its arguments or its result.';
  end if;
  if not webhooks_private.is_trusted_function(payload) then
    raise exception using errcode = 'WHTRU',
      message = format('%s is owned by %I, whom capture does not trust.', payload, (select p.proowner::regrole from pg_proc as p where p.oid = payload)),
      detail  = 'It runs with the rights of rowhook_owner for every writer, so it must belong to an extension, a superuser or a member of rowhook_dba.',
      hint    = 'Have one of them own it: alter function … owner to …;';
  end if;

  denied := webhooks_private.missing_grants(array[payload::oid], array[(select c.relnamespace from pg_class as c where c.oid = relation)]);
  if denied is not null then
    raise exception using errcode = 'WHGRT',
      message = format('rowhook_owner may not call %s.', payload),
      detail  = 'Capture calls the payload function as rowhook_owner.',
      hint    = denied;
  end if;
end
$$;
comment on function webhooks_private.check_payload(regclass, regprocedure) is
  'Raises WHPAY unless the function takes the table''s row, or old and new row, and gives json or jsonb; WHTRU unless its owner is trusted; WHGRT unless capture may call it.';

-- Down Migration
drop function webhooks_private.check_payload(regclass, regprocedure);
drop function webhooks_private.resolve_payload(text);
drop function webhooks_private.check_condition(regclass, text, text);
drop function webhooks_private.must_be_one_statement(regclass, text);
drop function webhooks_private.missing_grants(oid[], oid[]);
drop function webhooks_private.can_fail(oid);
