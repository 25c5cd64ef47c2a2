-- By which record it was told last, so that a look finds what came since the one before.

alter table successes add column last_offset bigint not null default -1;
create index successes_by_change on successes (partition_no, last_offset);
