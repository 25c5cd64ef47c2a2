-- What else a station tells: documents per subject, and lists of facts. A new database folds them from the start; one that
-- is older gets them whole by a rebuild.

-- Newest differences of the station's clock and the gateway's, in ms; they decide the clock offset.
alter table stations add column clock_samples json not null default '[]';

create table station_details (
  tenant_id text not null,
  station_id text not null,
  -- availability, certificates, chargingProfiles, firmwareJobs, reservations and so on.
  subject text not null,
  document json not null,
  -- Of reservations: when the first active one is over by the clock.
  due_at_ms bigint,
  primary key (tenant_id, station_id, subject)
);
-- The reservation timer asks for what is over.
create index station_details_due on station_details (due_at_ms) where due_at_ms is not null;

create table boots (
  tenant_id text not null,
  station_id text not null,
  event_id text not null,
  log_offset bigint not null,
  recorded_at_ms bigint not null,
  status text not null,
  reason text,
  vendor text not null,
  model text not null,
  serial_number text,
  firmware_version text,
  primary key (tenant_id, station_id, event_id)
);
create index boots_by_age on boots (tenant_id, station_id, log_offset);

create table security_events (
  tenant_id text not null,
  station_id text not null,
  event_id text not null,
  log_offset bigint not null,
  -- Of the station's clock; null where it told none.
  occurred_at_ms bigint,
  recorded_at_ms bigint not null,
  -- station, or gateway where it noticed the event itself.
  source text not null,
  kind text not null,
  info text,
  primary key (tenant_id, station_id, event_id)
);
create index security_events_by_age on security_events (tenant_id, station_id, log_offset);
create index security_events_of_tenant on security_events (tenant_id, recorded_at_ms, station_id, log_offset);

create table device_events (
  tenant_id text not null,
  station_id text not null,
  event_id text not null,
  -- Place in its message.
  number int not null,
  log_offset bigint not null,
  recorded_at_ms bigint not null,
  occurred_at_ms bigint,
  device_event_id bigint not null,
  trigger text not null,
  cause bigint,
  value text not null,
  tech_code text,
  tech_info text,
  cleared boolean,
  transaction_id text,
  monitor_id bigint,
  notification_type text not null,
  severity int,
  component text not null,
  component_instance text,
  evse_id int,
  connector_id int,
  variable text not null,
  variable_instance text,
  primary key (tenant_id, station_id, event_id, number)
);
create index device_events_by_age on device_events (tenant_id, station_id, log_offset, number);

create table quirks (
  tenant_id text not null,
  station_id text not null,
  action text not null,
  quirk text not null,
  count bigint not null,
  first_at_ms bigint not null,
  last_at_ms bigint not null,
  last_frame text,
  primary key (tenant_id, station_id, action, quirk)
);
create index quirks_by_name on quirks (tenant_id, action, quirk);
