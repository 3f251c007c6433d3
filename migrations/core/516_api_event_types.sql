-- Up Migration
-- The catalogue as the operator edits it.

create function webhooks.create_event_type(event_type jsonb) returns webhooks.event_types
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp as $$
declare
  name   text := create_event_type.event_type ->> 'name';
  result webhooks.event_types;
begin
  perform webhooks_private.must_have_all_tenants();
  perform webhooks_private.check_event_name(name);
  insert into webhooks.event_types as t (name) values (create_event_type.event_type ->> 'name')
      on conflict on constraint event_types_pkey do nothing;
  if not found then
    raise exception using errcode = 'WHVAL', column = 'name',
      message = format('There is an event type %L already.', name),
      detail  = 'Names are unique.',
      hint    = 'Change that one, or take another name.';
  end if;
  perform webhooks_private.change_row('webhooks.event_types', 'name', name, create_event_type.event_type - 'name',
                                      '{description,json_schema,example,enabled}');
  select t.* into result from webhooks.event_types as t where t.name = create_event_type.event_type ->> 'name';
  return result;
end
$$;
comment on function webhooks.create_event_type(jsonb) is
  'Registers an event type from an object of its columns: name, description, json_schema, example, enabled. Returns it.';

create function webhooks.update_event_type(name text, changes jsonb) returns webhooks.event_types
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  result webhooks.event_types;
begin
  perform webhooks_private.must_have_all_tenants();
  perform webhooks_private.change_row('webhooks.event_types', 'name', update_event_type.name, update_event_type.changes,
                                      '{description,json_schema,example,enabled}');
  select t.* into result from webhooks.event_types as t where t.name = update_event_type.name;
  if result.name is null then
    raise exception using errcode = 'WHTYP',
      message = format('There is no event type %L.', update_event_type.name),
      detail  = 'Names cannot be changed, since receivers know them.',
      hint    = coalesce('Did you mean: ' || webhooks_private.near_event_types(update_event_type.name) || '?', 'See webhooks.event_types for the names.');
  end if;
  return result;
end
$$;
comment on function webhooks.update_event_type(text, jsonb) is
  'Changes the columns of an event type that the object names: description, json_schema, example, enabled. Returns it.';

create function webhooks.deprecate_event_type(name text, deprecated boolean default true) returns webhooks.event_types
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  result webhooks.event_types;
begin
  result := webhooks.update_event_type(deprecate_event_type.name, '{}');
  if (result.deprecated_at is not null) <> coalesce(deprecate_event_type.deprecated, true) then
    update webhooks.event_types as t
       set deprecated_at = case when coalesce(deprecate_event_type.deprecated, true) then now() end
     where t.name = result.name
    returning t.* into result;
  end if;
  return result;
end
$$;
comment on function webhooks.deprecate_event_type(text, boolean) is
  'Marks an event type as one that new endpoints should not ask for, or takes the mark away. It is delivered as before. Returns it.';

grant execute on function webhooks.create_event_type(jsonb), webhooks.update_event_type(text, jsonb), webhooks.deprecate_event_type(text, boolean)
   to rowhook_dba, rowhook_operator;

-- Down Migration
drop function webhooks.deprecate_event_type(text, boolean);
drop function webhooks.update_event_type(text, jsonb);
drop function webhooks.create_event_type(jsonb);
