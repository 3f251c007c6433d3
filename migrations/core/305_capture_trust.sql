-- Up Migration
-- Conditions, payload functions and casts of a watched table run with the rights of rowhook_owner, whoever writes the
-- row. So only code that its owner may be trusted with gets in: of PostgreSQL, of an extension, of a superuser, of a
-- member of rowhook_dba (as who calls watch is), or our own.

create function webhooks_private.is_trusted(owner oid) returns boolean
language sql stable
return pg_has_role(owner, 'rowhook_dba', 'member') or pg_get_userbyid(owner) = 'rowhook_owner';
comment on function webhooks_private.is_trusted(oid) is
  'Whether functions of this role may run inside capture: a superuser, a member of rowhook_dba, or rowhook_owner.';

create function webhooks_private.is_trusted_function(function oid) returns boolean
language sql stable
return (
  select p.pronamespace = 'pg_catalog'::regnamespace
         or webhooks_private.is_trusted(p.proowner)
         or exists (select
                      from pg_depend as d
                     where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e')
    from pg_proc as p
   where p.oid = function
);
comment on function webhooks_private.is_trusted_function(oid) is
  'Whether a function may run inside capture: of pg_catalog, of an extension, or of a trusted owner.';

/*
 * What a function with a stored body (begin atomic) stands on. Objects of PostgreSQL itself are pinned and not in
 * pg_depend, so what is found there is somebody's.
 */
create function webhooks_private.untrusted_parts(function oid, relation regclass) returns setof text
language sql stable
begin atomic
  with parts as (
    select distinct d.refclassid as class, d.refobjid as object
      from pg_depend as d
     where d.classid = 'pg_proc'::regclass
       and d.objid = function
       and d.deptype = 'n'
       and d.refclassid <> 'pg_namespace'::regclass
  )
  select format('function %s of %I', p.oid::regprocedure, p.proowner::regrole::text)
    from parts
    join pg_proc as p on p.oid = parts.object
   where parts.class = 'pg_proc'::regclass
     and not webhooks_private.is_trusted_function(p.oid)
   union all
  select format('operator %s of %I', o.oid::regoperator, o.oprowner::regrole::text)
    from parts
    join pg_operator as o on o.oid = parts.object
   where parts.class = 'pg_operator'::regclass
     and not webhooks_private.is_trusted_function(o.oprcode)
   union all
  select format('type %s of %I', t.oid::regtype, t.typowner::regrole::text) -- a domain checks, a range compares by functions
    from parts
    join pg_type as t on t.oid = parts.object
   where parts.class = 'pg_type'::regclass
     and t.typtype in ('d', 'r', 'm')
     and not webhooks_private.is_trusted(t.typowner)
     and not exists (select
                       from pg_depend as e
                      where e.classid = 'pg_type'::regclass and e.objid = t.oid and e.deptype = 'e')
   union all
  select format('relation %s', parts.object::regclass)
    from parts
   where parts.class = 'pg_class'::regclass
     and parts.object <> relation;
end;
comment on function webhooks_private.untrusted_parts(oid, regclass) is
  'The functions, operators, types and relations in the stored body of a function that may not run inside capture, each with its owner.';

/*
 * Postgres follows a cast to json when it makes json, and one to text when it makes text. Whoever owns a type can make
 * such a cast, and would thereby have his function called by capture.
 */
create function webhooks_private.untrusted_casts(relation regclass) returns setof text
language sql stable
begin atomic
  with recursive types (type) as (
    select a.atttypid
      from pg_attribute as a
     where a.attrelid = relation
       and a.attnum > 0
       and not a.attisdropped
     union
    select inner_type
      from types
      join pg_type as t on t.oid = types.type
     cross join lateral (select t.typelem union all select t.typbasetype union all
                         select a.atttypid
                           from pg_attribute as a
                          where a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped) as parts (inner_type)
     where inner_type <> 0
  )
  select format('cast from %s to %s by function %s', c.castsource::regtype, c.casttarget::regtype, c.castfunc::regprocedure)
    from pg_cast as c
    join types   as t on t.type = c.castsource
   where c.casttarget in ('json'::regtype, 'text'::regtype)
     and c.castfunc <> 0
     and not webhooks_private.is_trusted_function(c.castfunc);
end;
comment on function webhooks_private.untrusted_casts(regclass) is
  'Casts to json or text of the types of a table''s columns whose function may not run inside capture.';

-- Down Migration
drop function webhooks_private.untrusted_casts(regclass);
drop function webhooks_private.untrusted_parts(oid, regclass);
drop function webhooks_private.is_trusted_function(oid);
drop function webhooks_private.is_trusted(oid);
