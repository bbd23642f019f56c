//! What is read of Orders v0 answers: an allow-list, without buyer information, addresses and reasons.
//!
//! Names are those of Amazon's model `ordersV0.json`.

use crate::json::{Branch, Leaf, List, Unread, wire};

wire! { "camelCase"
    struct ListAnswer<'a> {
        payload: Branch<OrderList<'a>>,
        errors: List<Unread<'a>>,
    }
}

wire! { "camelCase"
    struct ItemsAnswer<'a> {
        payload: Branch<ItemList<'a>>,
    }
}

wire! { "PascalCase"
    struct OrderList<'a> {
        orders: List<Branch<Order<'a>>>,
        next_token: Leaf<'a>,
        last_updated_before: Leaf<'a>,
        created_before: Leaf<'a>,
    }
}

wire! { "PascalCase"
    struct ItemList<'a> {
        order_items: List<Branch<Item<'a>>>,
        next_token: Leaf<'a>,
    }
}

wire! { "PascalCase"
    struct Order<'a> {
        amazon_order_id: Leaf<'a>,
        seller_order_id: Leaf<'a>,
        purchase_date: Leaf<'a>,
        last_update_date: Leaf<'a>,
        order_status: Leaf<'a>,
        fulfillment_channel: Leaf<'a>,
        sales_channel: Leaf<'a>,
        order_total: Branch<Amount<'a>>,
        marketplace_id: Leaf<'a>,
        shipment_service_level_category: Leaf<'a>,
        order_type: Leaf<'a>,
        earliest_ship_date: Leaf<'a>,
        latest_ship_date: Leaf<'a>,
        earliest_delivery_date: Leaf<'a>,
        latest_delivery_date: Leaf<'a>,
        is_business_order: Leaf<'a>,
        is_prime: Leaf<'a>,
        is_premium_order: Leaf<'a>,
        is_replacement_order: Leaf<'a>,
        replaced_order_id: Leaf<'a>,
        #[serde(rename = "IsISPU")]
        is_picked_up_in_store: Leaf<'a>,
    }
}

wire! { "PascalCase"
    struct Amount<'a> {
        amount: Leaf<'a>,
        currency_code: Leaf<'a>,
    }
}

wire! { "PascalCase"
    struct Item<'a> {
        order_item_id: Leaf<'a>,
        #[serde(rename = "ASIN")]
        asin: Leaf<'a>,
        #[serde(rename = "SellerSKU")]
        seller_sku: Leaf<'a>,
        title: Leaf<'a>,
        quantity_ordered: Leaf<'a>,
        quantity_shipped: Leaf<'a>,
        item_price: Branch<Amount<'a>>,
        shipping_price: Branch<Amount<'a>>,
        item_tax: Branch<Amount<'a>>,
        shipping_tax: Branch<Amount<'a>>,
        promotion_discount: Branch<Amount<'a>>,
        is_gift: Leaf<'a>,
        condition_id: Leaf<'a>,
        buyer_requested_cancel: Branch<CancelRequest<'a>>,
    }
}

wire! { "PascalCase"
    struct CancelRequest<'a> {
        is_buyer_requested_cancel: Leaf<'a>,
    }
}
