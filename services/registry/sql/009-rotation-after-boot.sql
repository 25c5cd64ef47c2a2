-- rebootRequired: the station has the password from its next boot on; until it shows it, both work, and no other is sent.
alter table password_rotations drop constraint password_rotations_state_check;
alter table password_rotations add constraint password_rotations_state_check
  check (state in ('pending', 'unknown', 'rebootRequired', 'accepted', 'rejected'));
drop index one_rotation_at_a_time;
create unique index one_rotation_at_a_time on password_rotations (tenant_id, station_id)
  where state in ('pending', 'rebootRequired');
