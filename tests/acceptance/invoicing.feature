Feature: Paying on invoice

  Where the conference allows it, an order is confirmed at once and paid later. Invoices and credit notes are numbered
  without a gap, are never changed, and are reminded of until they are paid.

  Background:
    Given a published conference with 10 "Full conference" at 120.00, 2 "Dinner" at 35.50 and 5 free "Speaker"
    And the conference takes invoices with the prefix "R-", to be paid within 14 days

  Scenario: An order is confirmed on invoice
    When Rita orders 2 "Full conference"
    And Rita asks for an invoice
    Then Rita's order is confirmed
    And Rita has the invoice "R-00001" of 240.00, due on 2026-05-18
    And the paper "R-00001" of Rita says "€240.00", "Rita Ritason", "Hauptstr. 1" and "May 18, 2026"
    And 8 "Full conference" are left

  Scenario: A conference without a prefix does not sell on invoice
    Given the conference takes no invoices
    When Rita orders 1 "Full conference"
    And Rita asks for an invoice
    Then Rita is told "This conference does not sell on invoice."
    And Rita's order is reserved

  Scenario: Numbers have no gap, whatever orders and credit notes come between
    Given registrants may cancel until 3 days before the conference
    When Rita orders 2 "Full conference"
    And Sam orders 1 "Full conference"
    And Tom orders 1 "Full conference"
    And Rita asks for an invoice
    And Sam starts to pay
    And Sam asks for an invoice
    Then Sam is told "A payment for this order is under way. Cancel it first."
    When Rita cancels seat 0
    And the provider says that it was paid
    And Tom asks for an invoice
    And Tom gives up the order
    And Sam asks for an invoice
    Then the numbers of all invoices are "R-00001, R-00002, R-00003, R-00004, R-00005"
    And Rita has the credit note "R-00002" of 120.00
    And Tom has the credit note "R-00004" of 120.00

  Scenario: A seat that is cancelled is taken off the invoice by a credit note
    Given registrants may cancel until 3 days before the conference
    When Rita orders 2 "Full conference"
    And Rita asks for an invoice
    And Rita cancels seat 1
    Then Rita has the credit note "R-00002" of 120.00
    And the paper "R-00002" of Rita says "R-00001" and "€120.00"
    And Rita has the invoice "R-00001" of 240.00, due on 2026-05-18
    And Rita owes 120.00
    And 9 "Full conference" are left

  Scenario: A seat that was paid on invoice is cancelled, and its price goes back
    Given registrants may cancel until 3 days before the conference
    When Rita orders 2 "Full conference"
    And Rita asks for an invoice
    And the organizer enters a transfer of 240.00 for Rita's order
    And Rita cancels seat 0
    Then Rita has the credit note "R-00002" of 120.00
    And the organizer has to look at 120.00 EUR of Rita's order, because of "seats_cancelled"
    When the organizer refunds 120.00 to Rita
    And the organizer has paid it out
    Then nobody has to look at any money
    And Rita owes 0.00
    And 240.00 EUR came, and 120.00 EUR went back

  Scenario: A seat is cancelled between two parts of the payment
    Given registrants may cancel until 3 days before the conference
    When Rita orders 2 "Full conference"
    And Rita asks for an invoice
    And the organizer enters a transfer of 100.00 for Rita's order
    And Rita cancels seat 0
    Then Rita owes 20.00
    When 14 days pass
    Then Rita was reminded 1 times, of 20.00
    When the organizer enters a transfer of 20.00 for Rita's order
    And 7 days pass
    Then Rita was reminded 1 times, of 20.00
    And nobody has to look at any money

  Scenario: The card's money comes after all, and pays the invoice
    When Rita orders 1 "Full conference"
    And Rita starts to pay
    And Rita cancels the payment
    And Rita asks for an invoice
    And the provider says that it was paid
    Then Rita owes 0.00
    And nobody has to look at any money
    When 14 days pass
    Then Rita was reminded 0 times

  Scenario: A transfer pays the invoice
    When Rita orders 2 "Full conference"
    And Rita asks for an invoice
    And the organizer enters a transfer of 240.00 for Rita's order
    Then Rita's invoice is paid
    And Rita owes 0.00
    And the book has 240.00 EUR of Rita's order, as expected

  Scenario: An invoice is paid in parts
    When Rita orders 2 "Full conference"
    And Rita asks for an invoice
    And the organizer enters a transfer of 100.00 for Rita's order
    Then Rita's invoice is not paid
    And Rita owes 140.00
    When 14 days pass
    Then Rita was reminded 1 times, of 140.00
    When the organizer enters a transfer of 140.00 for Rita's order
    Then Rita's invoice is paid
    And nobody has to look at any money

  Scenario: Whoever transfers too much gets the rest back
    When Rita orders 1 "Full conference"
    And Rita asks for an invoice
    And the organizer enters a transfer of 150.00 for Rita's order
    Then Rita's invoice is paid
    And the organizer has to look at 30.00 EUR of Rita's order, because of "wrong_amount"

  Scenario: Reminders come when it is due, and stop when it is paid
    When Rita orders 1 "Full conference"
    And Rita asks for an invoice
    And 13 days pass
    Then Rita was reminded 0 times
    When 1 days pass
    Then Rita was reminded 1 times
    When 7 days pass
    Then Rita was reminded 2 times
    When the organizer enters a transfer of 120.00 for Rita's order
    And 30 days pass
    Then Rita was reminded 2 times

  Scenario: Nobody is reminded for ever
    When Rita orders 1 "Full conference"
    And Rita asks for an invoice
    And 14 days pass
    And 7 days pass
    And 7 days pass
    And 7 days pass
    And 7 days pass
    Then Rita was reminded 3 times

  Scenario: An order that was cancelled is not asked for
    Given registrants may cancel until 3 days before the conference
    When Rita orders 1 "Full conference"
    And Rita asks for an invoice
    And Rita gives up the order
    Then Rita has the credit note "R-00002" of 120.00
    And Rita owes 0.00
    When 14 days pass
    Then Rita was reminded 0 times

  Scenario: An order that was paid gets an invoice, too
    When Rita orders 1 "Full conference"
    And Rita starts to pay
    And the provider says that it was paid
    And Rita asks for an invoice
    And Rita asks for an invoice
    Then Rita has the invoice "R-00001" of 120.00, paid
    When 30 days pass
    Then Rita was reminded 0 times
    And the numbers of all invoices are "R-00001"

  Scenario: What was issued stays as it was
    When Rita orders 1 "Full conference"
    And Rita asks for an invoice
    And the organizer changes the issuer of invoices to "Somebody else"
    Then Rita's invoice "R-00001" still names the issuer of then
