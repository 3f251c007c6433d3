-- Up Migration
-- What the events of the store say: the row, money as text so that its decimals survive every JSON parser. The rows of
-- users and tenants hold no money and are sent as they are.

create function public.product_data(product public.products) returns json
language sql stable
return (select row_to_json(data) from (
  select product.id, product.tenant_id, product.sku, product.name, product.description,
         product.price::text as price, product.currency,
         product.stock, product.low_stock_threshold, product.is_active,
         product.created_at, product.updated_at) as data);
comment on function public.product_data(public.products) is
  'Data of product events: the row.';

create function public.customer_created_data(customer public.customers) returns json
language sql stable
return (select row_to_json(data) from (
  select customer.id as customer_id, customer.business_name, customer.ruc, customer.country, customer.created_at) as data);
comment on function public.customer_created_data(public.customers) is
  'Data of customer.created.';

create function public.customer_updated_data(customer public.customers) returns json
language sql stable
return (select row_to_json(data) from (
  select customer.id as customer_id, customer.business_name, customer.updated_at) as data);
comment on function public.customer_updated_data(public.customers) is
  'Data of customer.updated.';

create function public.sale_data(sale public.sales) returns json
language sql stable
return (select row_to_json(data) from (
  select sale.id, sale.tenant_id, sale.customer_id, sale.user_id, sale.status,
         sale.total::text as total, sale.currency,
         sale.created_at, sale.updated_at, sale.completed_at, sale.cancelled_at, sale.refunded_at) as data);
comment on function public.sale_data(public.sales) is
  'Data of sale events: the row.';

create function public.order_data("order" public.orders) returns json
language sql stable
return (select row_to_json(data) from (
  select "order".id, "order".tenant_id, "order".customer_id, "order".status,
         "order".total::text as total, "order".currency,
         "order".created_at, "order".updated_at, "order".confirmed_at, "order".delivered_at, "order".cancelled_at) as data);
comment on function public.order_data(public.orders) is
  'Data of order events: the row.';

create function public.sales_order_created_data(sales_order public.sales_orders) returns json
language sql stable
return (select row_to_json(data) from (
  select sales_order.id as order_id, sales_order.customer_id, sales_order.amount::text as amount,
         jsonb_array_length(sales_order.items) as items_count, sales_order.created_at) as data);
comment on function public.sales_order_created_data(public.sales_orders) is
  'Data of sales_order.created.';

create function public.sales_order_confirmed_data(sales_order public.sales_orders) returns json
language sql stable
return (select row_to_json(data) from (
  select sales_order.id as order_id, sales_order.confirmed_at) as data);
comment on function public.sales_order_confirmed_data(public.sales_orders) is
  'Data of sales_order.confirmed.';

create function public.credit_data(credit public.credits) returns json
language sql stable
return (select row_to_json(data) from (
  select credit.id, credit.tenant_id, credit.customer_id, credit.sale_id, credit.status,
         credit.amount::text as amount, credit.currency,
         credit.due_at, credit.created_at, credit.updated_at, credit.overdue_at) as data);
comment on function public.credit_data(public.credits) is
  'Data of credit.created and credit.overdue: the row.';

create function public.credit_payment_data(payment public.credit_payments) returns json
language sql stable
return (select row_to_json(data) from (
  select payment.id, payment.tenant_id, payment.credit_id, payment.amount::text as amount, payment.currency,
         payment.method, payment.reference, payment.paid_at) as data);
comment on function public.credit_payment_data(public.credit_payments) is
  'Data of credit.payment: the row.';

create function public.subscription_data(subscription public.subscriptions) returns json
language sql stable
return (select row_to_json(data) from (
  select subscription.id, subscription.tenant_id, subscription.customer_id, subscription.plan,
         subscription.price::text as price, subscription.currency, subscription.status,
         subscription.current_period_start, subscription.current_period_end,
         subscription.created_at, subscription.updated_at, subscription.cancelled_at, subscription.expired_at) as data);
comment on function public.subscription_data(public.subscriptions) is
  'Data of subscription events: the row.';

create function public.invoice_data(invoice public.invoices) returns json
language sql stable
return (select row_to_json(data) from (
  select invoice.id, invoice.tenant_id, invoice.customer_id, invoice.invoice_number, invoice.status,
         invoice.amount::text as amount, invoice.currency,
         invoice.authorization_number, invoice.authorization_date, invoice.rejection_reason,
         invoice.created_at, invoice.updated_at, invoice.sent_at, invoice.rejected_at, invoice.paid_at, invoice.failed_at) as data);
comment on function public.invoice_data(public.invoices) is
  'Data of invoice.paid and invoice.failed: the row.';

create function public.invoice_created_data(invoice public.invoices) returns json
language sql stable
return (select row_to_json(data) from (
  select invoice.id as invoice_id, invoice.invoice_number, invoice.amount::text as amount, invoice.currency,
         (select row_to_json(customer)
            from (select c.id as customer_id, c.business_name, c.ruc
                    from public.customers as c
                   where c.tenant_id = invoice.tenant_id and c.id = invoice.customer_id) as customer) as customer,
         invoice.status) as data);
comment on function public.invoice_created_data(public.invoices) is
  'Data of invoice.created. customer is null for a final consumer.';

create function public.invoice_sent_data(invoice public.invoices) returns json
language sql stable
return (select row_to_json(data) from (
  select invoice.id as invoice_id, invoice.invoice_number, invoice.sent_at) as data);
comment on function public.invoice_sent_data(public.invoices) is
  'Data of invoice.sent.';

create function public.invoice_authorized_data(invoice public.invoices) returns json
language sql stable
return (select row_to_json(data) from (
  select invoice.id as invoice_id, invoice.authorization_number, invoice.authorization_date) as data);
comment on function public.invoice_authorized_data(public.invoices) is
  'Data of invoice.authorized.';

create function public.invoice_rejected_data(invoice public.invoices) returns json
language sql stable
return (select row_to_json(data) from (
  select invoice.id as invoice_id, invoice.rejection_reason, invoice.rejected_at) as data);
comment on function public.invoice_rejected_data(public.invoices) is
  'Data of invoice.rejected.';

create function public.payment_data(payment public.payments) returns json
language sql stable
return (select row_to_json(data) from (
  select payment.id as payment_id, payment.invoice_id, payment.amount::text as amount,
         payment.method, payment.reference, payment.received_at) as data);
comment on function public.payment_data(public.payments) is
  'Data of payment.received.';

/*
 * Checkout, product and offer are left out where the transaction has none. The fields are put together one by one,
 * because json_strip_nulls() would also take the nulls out of a checkout and an offer.
 */
create function public.payment_transaction_data(transaction public.payment_transactions) returns json
language sql stable
return (
  select json_object_agg(key, value order by place)
    from (values
           ( 1, 'transaction_id',     to_json(transaction.id)),
           ( 2, 'status',             to_json(transaction.status)),
           ( 3, 'amount',             to_json(transaction.amount::text)),
           ( 4, 'refunded_amount',    to_json(transaction.refunded_amount::text)),
           ( 5, 'currency',           to_json(transaction.currency)),
           ( 6, 'provider',           to_json(transaction.provider)),
           ( 7, 'provider_reference', coalesce(to_json(transaction.provider_reference), 'null')),
           ( 8, 'created_at',         to_json(transaction.created_at)),
           ( 9, 'updated_at',         to_json(transaction.updated_at)),
           (10, 'checkout',           transaction.checkout::json),
           (11, 'product',            (select row_to_json(product)
                                         from (select p.id as product_id, p.sku, p.name, p.price::text as price, p.currency
                                                 from public.products as p
                                                where p.tenant_id = transaction.tenant_id
                                                  and p.id        = transaction.product_id) as product)),
           (12, 'offer',              transaction.offer::json)) as fields (place, key, value)
   where value is not null);
comment on function public.payment_transaction_data(public.payment_transactions) is
  'Data of payment_transaction events: a snapshot, with checkout, product and offer where there is one.';

-- Capture calls these functions as rowhook_owner, so what they read beside their own row is granted by name.
grant select (id, tenant_id, business_name, ruc)         on public.customers to rowhook_owner;
grant select (id, tenant_id, sku, name, price, currency) on public.products  to rowhook_owner;

-- Down Migration
revoke select (id, tenant_id, sku, name, price, currency) on public.products  from rowhook_owner;
revoke select (id, tenant_id, business_name, ruc)         on public.customers from rowhook_owner;
drop function public.payment_transaction_data(public.payment_transactions);
drop function public.payment_data(public.payments);
drop function public.invoice_rejected_data(public.invoices);
drop function public.invoice_authorized_data(public.invoices);
drop function public.invoice_sent_data(public.invoices);
drop function public.invoice_created_data(public.invoices);
drop function public.invoice_data(public.invoices);
drop function public.subscription_data(public.subscriptions);
drop function public.credit_payment_data(public.credit_payments);
drop function public.credit_data(public.credits);
drop function public.sales_order_confirmed_data(public.sales_orders);
drop function public.sales_order_created_data(public.sales_orders);
drop function public.order_data(public.orders);
drop function public.sale_data(public.sales);
drop function public.customer_updated_data(public.customers);
drop function public.customer_created_data(public.customers);
drop function public.product_data(public.products);
