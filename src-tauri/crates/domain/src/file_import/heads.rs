//! The fields that a file can fill, and the many heads under which people and shops keep them.
//!
//! A head is compared without case, accents, blanks and signs, and without a currency or a remark in brackets behind it.
//! Synonyms stand in that form, the likeliest first. What belongs to a buyer is known here too, so that it is never read
//! (design decision 3).

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::currency::Currency;
use crate::typed::known_code;

/// A field that a file can fill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// Its name in the documented file.
    pub name: &'static str,
    /// What it is called on screen.
    pub label: &'static str,
    /// A file without it cannot be read.
    pub required: bool,
    /// Heads that mean it, the likeliest first, parted by blanks; name and label come before all.
    pub(super) synonyms: &'static str,
}

macro_rules! fields {
    ($($name:literal $label:literal $required:literal $synonyms:literal)*) => {
        &[$(Field { name: $name, label: $label, required: $required, synonyms: $synonyms }),*]
    };
}

/// The fields of units in stock.
pub const UNIT_FIELDS: &[Field] = fields! {
    "set_number" "Set number" true
        "setno setnum setid legosetnumber legoset legonumber legono set itemno itemnumber itemnum number no num \
         modelnumber modelno catalognumber catalogno productnumber setnummer setnr artikelnummer artikelnr nummer nr \
         numerodeset numeroset numeroduset numero reference ref referencia codice"
    "name" "Name" false
        "setname itemname productname title itemtitle description product item bezeichnung titel produktname \
         artikelname artikelbezeichnung beschreibung nom titre designation libelle nombre nome"
    "condition" "Condition" true
        "itemcondition cond neworused newused state grade zustand etat condicion estado condizione"
    "storage_location" "Storage location" false
        "location locationbin binlocation bin storage storageplace shelf place box position warehouselocation \
         lagerort lagerplatz fach regal ort platz emplacement rangement lieu ubicacion posizione"
    "cost" "Cost" false
        "unitcost costprice costperunit costeach pricepaid paid amountpaid buyprice buyingprice purchaseprice boughtfor \
         purchasecost costofgoods cogs einkaufspreis ekpreis ek kaufpreis kosten bezahlt prixdachat prixachat \
         prixpaye cout couts coste costo"
    "purchase_date" "Purchase date" false
        "datepurchased dateofpurchase purchased purchasedon bought boughton datebought buydate dateacquired \
         acquisitiondate acquired date kaufdatum einkaufsdatum gekauftam gekauft datum datedachat dateachat \
         achetele fechadecompra datadiacquisto"
    "quantity" "Quantity" false
        "qty count units quantityonhand onhand stock stocklevel instock menge anzahl stuck stuckzahl bestand \
         quantite qte cantidad quantita"
    "sku" "SKU" false "sellersku merchantsku msku customlabelsku customlabel skunumber lagernummer"
    "asin" "ASIN" false "asin1 amazonasin"
    "listing_price" "Listing price" false
        "listprice sellingprice saleprice askingprice sellprice price verkaufspreis vkpreis vk preis prixdevente prix \
         precio prezzo"
    "notes" "Notes" false
        "note comment comments remark remarks memo notiz notizen bemerkung bemerkungen kommentar remarque remarques \
         commentaire commentaires notas"
    "currency" "Currency" false "currencycode curr ccy wahrung waehrung devise monnaie moneda valuta"
};

/// The fields of orders of other platforms: eBay's orders report, and whatever else names an order and its items.
pub const ORDER_FIELDS: &[Field] = fields! {
    "order_id" "Order number" true
        "orderno ordernum orderreference orderref order bestellnummer bestellnr auftragsnummer \
         numerodecommande numerocommande commande numerodepedido numeroordine"
    "order_item_id" "Line id" false
        "orderitemnumber orderlineid orderlinenumber lineitemid linenumber lotid transactionid \
         transaktionsnummer numerodetransaction"
    "date" "Date" false
        "orderdate saledate dateordered ordered orderedat orderedon createdat createddate datecreated created \
         purchasedate soldon solddate placedon verkaufsdatum bestelldatum datum datedevente datedecommande \
         fechadeventa datadivendita"
    "status" "Status" false "orderstatus bestellstatus statut etat stato"
    "sku" "SKU" false
        "customlabelsku customlabel sellersku merchantsku bestandseinheit etiquettepersonnalisee"
    "item_number" "Item number" false
        "itemno itemid ebayitemnumber ebayitemid articlenumber articleno artikelnummer objektnummer numerodelobjet \
         productid productnumber setnumber setno partnumber partno asin numerodearticulo"
    "title" "Title" false
        "itemtitle itemname productname product item description itemdescription artikelbezeichnung artikelname \
         angebotstitel titel bezeichnung titredelobjet intituledelobjet titre designation titulo"
    "quantity" "Quantity" false "qty units count quantityordered menge anzahl stuckzahl quantite qte cantidad"
    "unit_price" "Unit price" false
        "soldfor itemprice priceeach price saleprice verkauftfur verkaufspreis einzelpreis stuckpreis preis vendupour \
         prixunitaire prixdevente prix precio"
    "shipping" "Shipping" false
        "shippingandhandling postageandpackaging postageandhandling postage shippingcost shippingprice versandkosten \
         verpackungundversand versand livraisonetmanutention fraisdeport livraison"
    "total" "Order total" false
        "totalprice grandtotal totalamount gesamtpreis gesamtbetrag gesamtsumme gesamt prixtotal \
         montanttotal importetotal"
    "currency" "Currency" false "currencycode curr ccy wahrung waehrung devise monnaie moneda valuta"
    "ship_by" "Ship by" false
        "shipbydate postbydate postby dispatchbydate dispatchby latestshipdate latestshipby versendenbis versandbis \
         expedieravant expedieravantle"
    "paid_date" "Paid on" false
        "paidondate paidat datepaid paymentdate bezahltam zahlungsdatum datedepaiement payele"
    "shipped_date" "Shipped on" false
        "shippedondate shippedat dateshipped shipdate dispatchedondate dispatchedon dispatcheddate \
         postedondate postedon senton versandtam verschicktam versanddatum datedexpedition datedenvoi expediele"
    "updated" "Last changed" false
        "updatedat lastupdated lastupdate lastmodified modifiedat modified dateupdated geandertam"
    "condition" "Condition" false "itemcondition cond neworused newused zustand condicion condizione"
};

/// Parts of heads that belong to the buyer, wherever they stand in one.
const BUYERS: [&str; 43] = [
    "clientname",
    "buyer",
    "customer",
    "recipient",
    "consignee",
    "shipto",
    "postto",
    "deliverto",
    "billto",
    "billing",
    "address",
    "street",
    "email",
    "phone",
    "telephone",
    "mobile",
    "username",
    "userid",
    "firstname",
    "lastname",
    "surname",
    "fullname",
    "postcode",
    "postalcode",
    "zip",
    "taxidentifier",
    "vatid",
    "vatnumber",
    "note",
    "message",
    "comment",
    "kaufer",
    "kunde",
    "empfanger",
    "anschrift",
    "adresse",
    "strasse",
    "postleitzahl",
    "telefon",
    "nutzername",
    "acheteur",
    "destinataire",
    "codepostal",
];

/// Heads that belong to the buyer where nothing else stands in them.
const BUYERS_ALONE: [&str; 20] = [
    "state",
    "ort",
    "stadt",
    "land",
    "bundesland",
    "estado",
    "name",
    "city",
    "town",
    "county",
    "country",
    "province",
    "company",
    "plz",
    "nom",
    "prenom",
    "client",
    "ville",
    "rue",
    "pseudo",
];

/// Whether a column of an order file belongs to its buyer.
pub(super) fn is_buyers(head: &str) -> bool {
    let head = normal(head);
    BUYERS.iter().any(|part| head.contains(part)) || BUYERS_ALONE.contains(&head.as_str())
}

/// A head as it is compared.
pub(super) fn normal(head: &str) -> String {
    let outside = outside_brackets(head);
    let words: Vec<&str> = outside.split_whitespace().collect();
    // "Cost GBP" and "EUR Cost" are costs.
    let words = match words.as_slice() {
        [first, rest @ ..] if !rest.is_empty() && known_code(first).is_some() => rest,
        [rest @ .., last] if !rest.is_empty() && known_code(last).is_some() => rest,
        all => all,
    };
    let normal = letters(&words.concat());
    if normal.is_empty() { letters(head) } else { normal }
}

/// The currency that a head names: `Cost (£)`, `Price EUR`.
pub(super) fn currency_of(head: &str) -> Option<Currency> {
    let sign = head.chars().find_map(|c| match c {
        '£' => Some(Currency::GBP),
        '€' => Some(Currency::EUR),
        '¥' => Some(Currency::JPY),
        _ => None,
    });
    let mut words =
        head.split(|c: char| !c.is_ascii_alphabetic()).filter(|word| *word == word.to_uppercase());
    sign.or_else(|| words.find_map(known_code))
}

fn outside_brackets(head: &str) -> String {
    let mut depth = 0_u32;
    let mut outside = String::with_capacity(head.len());
    for c in head.chars() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            '_' if depth == 0 => outside.push(' '),
            c if depth == 0 => outside.push(c),
            _ => {}
        }
    }
    outside
}

fn letters(text: &str) -> String {
    let mut letters = String::with_capacity(text.len());
    for c in text.nfkd().flat_map(char::to_lowercase) {
        match c {
            '#' => letters.push_str("no"),
            'ß' => letters.push_str("ss"),
            c if c.is_alphanumeric() && !is_combining_mark(c) => letters.push(c),
            _ => {}
        }
    }
    letters
}

impl Field {
    /// The heads that mean it, the likeliest first: its name, its label, its synonyms.
    pub(super) fn heads(&self) -> impl Iterator<Item = String> {
        let (name, label) = (letters(self.name), letters(self.label));
        let label = Some(label).filter(|label| *label != name);
        let synonyms = self.synonyms.split_whitespace().map(ToOwned::to_owned);
        std::iter::once(name).chain(label).chain(synonyms)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::{ImportKind, Layout, Sheet};
    use super::*;
    use crate::account::Platform;

    #[test]
    fn heads_are_compared_without_dress() {
        for (head, plain) in [
            ("Set #", "setno"),
            ("set_number", "setnumber"),
            ("  Item No. ", "itemno"),
            ("Location / Bin", "locationbin"),
            ("Cost (£)", "cost"),
            ("Cost GBP", "cost"),
            ("EUR Preis", "preis"),
            ("N° de commande", "ndecommande"),
            ("Numéro de l’objet", "numerodelobjet"),
            ("Stück", "stuck"),
            ("Straße", "strasse"),
            ("(notes)", "notes"),
            ("Currency", "currency"),
            ("EUR", "eur"),
        ] {
            assert_eq!(normal(head), plain, "{head}");
        }
        assert_eq!(currency_of("Cost (£)"), Some(Currency::GBP));
        assert_eq!(currency_of("Price EUR"), Some(Currency::EUR));
        assert_eq!(currency_of("Inr of shelf"), None);
        assert_eq!(currency_of("Cost"), None);
    }

    #[test]
    fn synonyms_stand_in_the_form_that_is_compared_and_mean_one_field() {
        for fields in [UNIT_FIELDS, ORDER_FIELDS] {
            let mut seen = BTreeSet::new();
            for field in fields {
                for head in field.heads() {
                    assert_eq!(letters(&head), head, "{}", field.name);
                    assert!(seen.insert(head.clone()), "{head} means two fields");
                    assert!(std::ptr::eq(fields, UNIT_FIELDS) || !is_buyers(&head), "{head} is the buyer's");
                }
            }
        }
    }

    #[test]
    fn a_label_is_a_head_of_its_field() {
        for (kind, fields) in
            [(ImportKind::Units, UNIT_FIELDS), (ImportKind::Orders(Platform::Bricqer), ORDER_FIELDS)]
        {
            let mut sheet = Sheet::default();
            sheet.push(1, fields.iter().map(|field| field.label));
            let layout = Layout::find(kind, &sheet, None).unwrap();
            for (at, choice) in (0..).zip(layout.choices()) {
                assert_eq!(choice.column, Some(at), "{}", choice.field);
            }
        }
    }

    #[test]
    fn buyers_columns_are_known() {
        for head in [
            "Buyer Username",
            "Buyer Name",
            "Buyer Email",
            "Buyer Note",
            "Ship To Address 1",
            "Ship To Phone",
            "Post to postcode",
            "Name",
            "City",
            "State",
            "Customer e-mail",
            "Käufername",
            "Adresse de livraison",
            "My Item Note",
        ] {
            assert!(is_buyers(head), "{head}");
        }
        for head in ["Item Title", "Order Number", "Sold For", "Custom Label", "Ship By Date", "Item name"] {
            assert!(!is_buyers(head), "{head}");
        }
    }
}
