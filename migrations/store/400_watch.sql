-- Up Migration
-- Which writes become which events. This is all that the tables above need to know of webhooks, and they do not know it.
--
-- "changed" names what receivers care about: updated_at, the stock of a product (product.low_stock is for that), a
-- password or a login alone make no event. A status event fires when the row comes into that status.

select webhooks.watch('public.tenants', 'tenant', tenant => 'id', rules => $$[
  {"event": "tenant.created", "on": "insert"},
  {"event": "tenant.updated", "on": "update", "changed": ["name", "country", "is_active"]}
]$$);

select webhooks.watch('public.users', 'user', exclude => '{password_hash}', rules => $$[
  {"event": "user.created", "on": "insert"},
  {"event": "user.updated", "on": "update", "changed": ["email", "name", "role", "is_active"]},
  {"event": "user.deleted", "on": "delete"}
]$$);

select webhooks.watch('public.products', 'product', payload => 'public.product_data(public.products)', rules => $$[
  {"event": "product.created",   "on": "insert"},
  {"event": "product.updated",   "on": "update",
   "changed": ["sku", "name", "description", "price", "currency", "low_stock_threshold", "is_active"]},
  {"event": "product.low_stock", "on": "update", "changed": ["stock", "low_stock_threshold"],
   "when": "(old.stock <= old.low_stock_threshold) is not true and new.stock <= new.low_stock_threshold"},
  {"event": "product.deleted",   "on": "delete"}
]$$);

select webhooks.watch('public.customers', 'customer', rules => $$[
  {"event": "customer.created", "on": "insert", "payload": "public.customer_created_data(public.customers)"},
  {"event": "customer.updated", "on": "update", "payload": "public.customer_updated_data(public.customers)",
   "changed": ["business_name", "ruc", "country", "email", "phone"]}
]$$);

select webhooks.watch('public.sales', 'sale', payload => 'public.sale_data(public.sales)', rules => $$[
  {"event": "sale.created",   "on": "insert"},
  {"event": "sale.completed", "on": "update", "changed": ["status"], "when": "new.status = 'completed'"},
  {"event": "sale.cancelled", "on": "update", "changed": ["status"], "when": "new.status = 'cancelled'"},
  {"event": "sale.refunded",  "on": "update", "changed": ["status"], "when": "new.status = 'refunded'"}
]$$);

select webhooks.watch('public.orders', 'order', payload => 'public.order_data(public.orders)', rules => $$[
  {"event": "order.created",   "on": "insert"},
  {"event": "order.confirmed", "on": "update", "changed": ["status"], "when": "new.status = 'confirmed'"},
  {"event": "order.delivered", "on": "update", "changed": ["status"], "when": "new.status = 'delivered'"},
  {"event": "order.cancelled", "on": "update", "changed": ["status"], "when": "new.status = 'cancelled'"}
]$$);

select webhooks.watch('public.sales_orders', 'sales_order', rules => $$[
  {"event": "sales_order.created",   "on": "insert", "payload": "public.sales_order_created_data(public.sales_orders)"},
  {"event": "sales_order.confirmed", "on": "update", "payload": "public.sales_order_confirmed_data(public.sales_orders)",
   "changed": ["status"], "when": "new.status = 'confirmed'"}
]$$);

select webhooks.watch('public.credits', 'credit', payload => 'public.credit_data(public.credits)', rules => $$[
  {"event": "credit.created", "on": "insert"},
  {"event": "credit.overdue", "on": "update", "changed": ["status"], "when": "new.status = 'overdue'"}
]$$);

-- About the credit, not the payment: whoever asks for order gets all of a credit's events one after the other.
select webhooks.watch('public.credit_payments', 'credit', key => '{credit_id}',
                      payload => 'public.credit_payment_data(public.credit_payments)', rules => $$[
  {"event": "credit.payment", "on": "insert"}
]$$);

select webhooks.watch('public.subscriptions', 'subscription', payload => 'public.subscription_data(public.subscriptions)', rules => $$[
  {"event": "subscription.created",   "on": "insert"},
  {"event": "subscription.updated",   "on": "update", "changed": ["plan", "price", "currency"]},
  {"event": "subscription.renewed",   "on": "update", "changed": ["current_period_end"],
   "when": "new.current_period_end > old.current_period_end and new.status = 'active'"},
  {"event": "subscription.cancelled", "on": "update", "changed": ["status"], "when": "new.status = 'cancelled'"},
  {"event": "subscription.expired",   "on": "update", "changed": ["status"], "when": "new.status = 'expired'"}
]$$);

select webhooks.watch('public.invoices', 'invoice', rules => $$[
  {"event": "invoice.created",    "on": "insert", "payload": "public.invoice_created_data(public.invoices)"},
  {"event": "invoice.sent",       "on": "update", "payload": "public.invoice_sent_data(public.invoices)",
   "changed": ["status"], "when": "new.status = 'sent'"},
  {"event": "invoice.authorized", "on": "update", "payload": "public.invoice_authorized_data(public.invoices)",
   "changed": ["status"], "when": "new.status = 'authorized'"},
  {"event": "invoice.rejected",   "on": "update", "payload": "public.invoice_rejected_data(public.invoices)",
   "changed": ["status"], "when": "new.status = 'rejected'"},
  {"event": "invoice.paid",       "on": "update", "payload": "public.invoice_data(public.invoices)",
   "changed": ["status"], "when": "new.status = 'paid'"},
  {"event": "invoice.failed",     "on": "update", "payload": "public.invoice_data(public.invoices)",
   "changed": ["status"], "when": "new.status = 'failed'"}
]$$);

select webhooks.watch('public.payments', 'payment', payload => 'public.payment_data(public.payments)', rules => $$[
  {"event": "payment.received", "on": "insert"}
]$$);

select webhooks.watch('public.payment_transactions', 'payment_transaction',
                      payload => 'public.payment_transaction_data(public.payment_transactions)', rules => $$[
  {"event": "payment_transaction.created",            "on": "insert"},
  {"event": "payment_transaction.status_changed",     "on": "update", "changed": ["status"]},
  {"event": "payment_transaction.partially_refunded", "on": "update", "changed": ["refunded_amount"],
   "when": "new.refunded_amount > old.refunded_amount and new.refunded_amount < new.amount"}
]$$);

-- Down Migration
select webhooks.unwatch('public.payment_transactions');
select webhooks.unwatch('public.payments');
select webhooks.unwatch('public.invoices');
select webhooks.unwatch('public.subscriptions');
select webhooks.unwatch('public.credit_payments');
select webhooks.unwatch('public.credits');
select webhooks.unwatch('public.sales_orders');
select webhooks.unwatch('public.orders');
select webhooks.unwatch('public.sales');
select webhooks.unwatch('public.customers');
select webhooks.unwatch('public.products');
select webhooks.unwatch('public.users');
select webhooks.unwatch('public.tenants');
