-- Each webhook hears what was decided in its order: the delivery that is next is found at once, however many wait behind it.

create sequence delivery_order as bigint;
grant usage on sequence delivery_order to alerts_api;

alter table deliveries
  add column seq bigint not null default 0,
  add column redriven_at bigint;
update deliveries set seq = ordered.seq
  from (select tenant_id, delivery_id, nextval('delivery_order') as seq
          from (select * from deliveries order by created_at, delivery_id) as old) as ordered
 where ordered.tenant_id = deliveries.tenant_id and ordered.delivery_id = deliveries.delivery_id;
alter table deliveries alter column seq drop default;
drop index deliveries_due;
create index deliveries_pending on deliveries (tenant_id, webhook_id, (event = 'webhook.test'), seq) where state = 'pending';
create index deliveries_of_alert on deliveries (tenant_id, alert_id) where alert_id is not null;
