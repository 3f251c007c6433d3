-- Up Migration
-- The store is a sample of a domain: plain tables that know nothing of webhooks. It begins with whose shop it is.

create function public.tg__touch() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp as $$
begin
  new.updated_at := now();
  return new;
end
$$;
comment on function public.tg__touch() is
  'Sets updated_at.';

create table public.tenants (
  id          uuid        not null default gen_random_uuid(),
  name        text        not null,
  country     text        not null default 'EC',
  is_active   boolean     not null default true,
  created_at  timestamptz not null default now(),
  updated_at  timestamptz not null default now(),

  constraint tenants_pkey              primary key (id),
  constraint tenants_name_not_empty    check (name <> ''),
  constraint tenants_country_iso_3166  check (country ~ '^[A-Z]{2}$')
);

comment on table  public.tenants            is 'Shops: each sees its own rows only.';
comment on column public.tenants.id         is 'Key; tenant_id of everything else.';
comment on column public.tenants.name       is 'Name of the business.';
comment on column public.tenants.country    is 'Where it is registered, two letters (ISO 3166).';
comment on column public.tenants.is_active  is 'False: closed.';
comment on column public.tenants.created_at is 'When it signed up.';
comment on column public.tenants.updated_at is 'Last change.';

create trigger _100_touch
  before update on public.tenants
  for each row when (old.* is distinct from new.*) execute function public.tg__touch();

-- Down Migration
drop table public.tenants;
drop function public.tg__touch();
