//! What is read of Orders 2026-01-01 answers: an allow-list.
//!
//! Names are those of Amazon's model `orders_2026-01-01.json`. Buyer, recipient, gift message, cancel reason, carrier,
//! tracking number and everything else that is absent here is never read into memory of ours.

use crate::json::{Branch, Leaf, List, Unread, wire};

wire! { "camelCase"
    struct Page<'a> {
        orders: List<Branch<Order<'a>>>,
        pagination: Branch<Pagination<'a>>,
        last_updated_before: Leaf<'a>,
        created_before: Leaf<'a>,
        errors: List<Sealed<'a>>,
    }
}

wire! { "camelCase"
    struct Pagination<'a> {
        next_token: Leaf<'a>,
    }
}

wire! { "camelCase"
    struct Single<'a> {
        order: Branch<Order<'a>>,
    }
}

wire! { "camelCase"
    struct Order<'a> {
        order_id: Leaf<'a>,
        order_aliases: List<Branch<Alias<'a>>>,
        created_time: Leaf<'a>,
        last_updated_time: Leaf<'a>,
        programs: List<Leaf<'a>>,
        associated_orders: List<Branch<AssociatedOrder<'a>>>,
        sales_channel: Branch<SalesChannel<'a>>,
        proceeds: Branch<OrderProceeds<'a>>,
        fulfillment: Branch<Fulfillment<'a>>,
        order_items: List<Branch<Item<'a>>>,
        packages: List<Branch<Package<'a>>>,
    }
}

wire! { "camelCase"
    struct Alias<'a> {
        alias_id: Leaf<'a>,
        alias_type: Leaf<'a>,
    }
}

wire! { "camelCase"
    struct AssociatedOrder<'a> {
        order_id: Leaf<'a>,
        association_type: Leaf<'a>,
    }
}

wire! { "camelCase"
    struct SalesChannel<'a> {
        channel_name: Leaf<'a>,
        marketplace_id: Leaf<'a>,
    }
}

wire! { "camelCase"
    struct OrderProceeds<'a> {
        grand_total: Branch<Amount<'a>>,
    }
}

wire! { "camelCase"
    struct Amount<'a> {
        amount: Leaf<'a>,
        currency_code: Leaf<'a>,
    }
}

wire! { "camelCase"
    struct Fulfillment<'a> {
        fulfillment_status: Leaf<'a>,
        fulfilled_by: Leaf<'a>,
        fulfillment_service_level: Leaf<'a>,
        ship_by_window: Branch<Window<'a>>,
        deliver_by_window: Branch<Window<'a>>,
    }
}

wire! { "camelCase"
    struct Window<'a> {
        earliest_date_time: Leaf<'a>,
        latest_date_time: Leaf<'a>,
    }
}

wire! { "camelCase"
    struct Item<'a> {
        order_item_id: Leaf<'a>,
        quantity_ordered: Leaf<'a>,
        product: Branch<Product<'a>>,
        proceeds: Branch<ItemProceeds<'a>>,
        cancellation: Branch<Cancellation<'a>>,
        fulfillment: Branch<ItemFulfillment<'a>>,
    }
}

wire! { "camelCase"
    struct Product<'a> {
        asin: Leaf<'a>,
        title: Leaf<'a>,
        seller_sku: Leaf<'a>,
        condition: Branch<Condition<'a>>,
        price: Branch<Price<'a>>,
    }
}

wire! { "camelCase"
    struct Condition<'a> {
        condition_type: Leaf<'a>,
    }
}

wire! { "camelCase"
    struct Price<'a> {
        unit_price: Branch<Amount<'a>>,
    }
}

wire! { "camelCase"
    struct ItemProceeds<'a> {
        proceeds_total: Branch<Amount<'a>>,
        breakdowns: List<Branch<Breakdown<'a>>>,
    }
}

wire! { "camelCase"
    struct Breakdown<'a> {
        #[serde(rename = "type")]
        kind: Leaf<'a>,
        subtotal: Branch<Amount<'a>>,
    }
}

wire! { "camelCase"
    struct Cancellation<'a> {
        cancellation_request: Branch<CancellationRequest<'a>>,
    }
}

wire! { "camelCase"
    struct CancellationRequest<'a> {
        requester: Leaf<'a>,
    }
}

wire! { "camelCase"
    struct ItemFulfillment<'a> {
        quantity_fulfilled: Leaf<'a>,
        packing: Branch<Packing<'a>>,
    }
}

wire! { "camelCase"
    /// The gift option is looked at from outside only: it holds the buyer's message.
    struct Packing<'a> {
        gift_option: Branch<Sealed<'a>>,
    }
}

wire! { "camelCase"
    struct Package<'a> {
        package_reference_id: Leaf<'a>,
        package_status: Branch<PackageStatus<'a>>,
        package_items: List<Branch<PackageItem<'a>>>,
    }
}

wire! { "camelCase"
    struct PackageStatus<'a> {
        status: Leaf<'a>,
    }
}

wire! { "camelCase"
    struct PackageItem<'a> {
        order_item_id: Leaf<'a>,
        quantity: Leaf<'a>,
    }
}

/// An object that is not opened.
pub(crate) type Sealed<'a> = Unread<'a>;
