Feature: Money that is not needed, and money that goes back

  Late money pays for its seats if they are all still there. Otherwise it is kept, and the organizer refunds it, finds
  seats for it, or settles it. Nothing is lost, nothing is given back twice, and seats are never oversold.

  Background:
    Given a published conference with 10 "Full conference" at 120.00, 2 "Dinner" at 35.50 and 5 free "Speaker"

  Scenario: Late money, and all its seats are still there
    When Rita orders 2 "Dinner"
    And Rita starts to pay
    And 60 minutes pass
    And whatever is due is done
    And Sam orders 3 "Full conference"
    And the provider says of Rita that it was paid
    Then Rita's order is confirmed
    And 0 "Dinner" are left
    And nobody has to look at any money

  Scenario: Late money, and one of its seats is gone: none is taken, and there is a task
    Given it came late for Rita's 2 "Dinner", of which Sam has 1
    Then Rita's order is expired
    And 1 "Dinner" are left
    And the organizer has to look at 71.00 EUR of Rita's order, because of "late"
    And no seats are oversold

  Scenario: The organizer refunds late money
    Given it came late for Rita's 2 "Dinner", of which Sam has 1
    When the organizer refunds 71.00 to Rita
    And the provider says that it gave the money back
    Then nobody has to look at any money
    And 71.00 EUR came, and 71.00 EUR went back
    And every balance adds up

  Scenario: The organizer finds seats for late money, once there are some again
    Given it came late for Rita's 2 "Dinner", of which Sam has 1
    When the organizer gives Rita the seats after all
    Then the organizer is refused, because "No seats of this type are left."
    When Sam gives up the order
    And the organizer gives Rita the seats after all
    Then Rita's order is confirmed
    And nobody has to look at any money
    And 0 "Dinner" are left
    And no seats are oversold

  Scenario: The organizer settles late money in another way
    Given it came late for Rita's 2 "Dinner", of which Sam has 1
    When the organizer settles Rita's money
    Then nobody has to look at any money
    And 71.00 EUR came, and nothing went back

  Scenario: Late money that is told of twice needs one look
    Given it came late for Rita's 2 "Dinner", of which Sam has 1
    When the provider says of Rita that it was paid
    Then the organizer has to look at 71.00 EUR of Rita's order, because of "late"
    And 71.00 EUR came, and nothing went back

  Scenario: Money for an order that was cancelled
    When Rita orders 1 "Full conference"
    And Rita starts to pay
    And Rita gives up the order
    And the provider says of Rita that it was paid
    Then Rita's order is cancelled
    And the organizer has to look at 120.00 EUR of Rita's order, because of "cancelled"
    And 120.00 EUR came, and nothing went back

  Scenario: Money that only the provider knows of
    When the provider says that 50.00 was paid that nobody asked for
    Then the organizer has to look at 50.00 EUR of nobody's, because of "unknown_payment"
    And every balance adds up
    When the organizer refunds 50.00 of what nobody asked for
    And the provider says that it gave the money back
    Then nobody has to look at any money
    And 50.00 EUR came, and 50.00 EUR went back

  Scenario: A refund comes back from the bank
    Given registrants pay at Stripe
    And Rita bought 1 "Full conference" at Stripe
    When the organizer refunds 120.00 to Rita
    And Stripe's messages come
    And Rita's bank sends the money back to Stripe
    And Stripe's messages come
    Then the organizer has to look at 120.00 EUR of Rita's order, because of "refund_returned"
    And 240.00 EUR came, and 120.00 EUR went back
    And every balance adds up

  Scenario: What was refunded does not get seats any more
    Given it came late for Rita's 2 "Dinner", of which Sam has 1
    And the organizer looked at the matter of Rita's money before
    When the organizer refunds 71.00 to Rita
    And the provider says that it gave the money back
    And Sam gives up the order
    And the organizer gives Rita the seats after all
    Then the organizer is refused, because "This was settled already."
    And Rita's order is expired

  Scenario: An order is refunded in full
    Given Rita bought 2 "Full conference"
    When the organizer refunds 240.00 to Rita
    And the provider says that it gave the money back
    Then 240.00 EUR came, and 240.00 EUR went back
    And Rita's order says that 240.00 was returned

  Scenario: A part is refunded, and never more than came
    Given Rita bought 2 "Full conference"
    When the organizer refunds 100.00 to Rita
    And the organizer refunds 140.01 to Rita
    Then the organizer is refused, because "This is more than can be refunded of this payment."
    When the provider says that it gave the money back
    And the organizer refunds 140.00 to Rita
    And the provider says that it gave the money back
    Then 240.00 EUR came, and 240.00 EUR went back
    When the organizer refunds 0.01 to Rita
    Then the organizer is refused, because "This is more than can be refunded of this payment."

  Scenario: Two laptops cannot give back the same money
    Given Rita bought 1 "Full conference"
    And another organizer has a laptop
    When both organizers refund 120.00 to Rita, where there is no network
    And both organizers have a network again
    Then one of them is refused, because "This is more than can be refunded of this payment."
    And the provider was asked for 120.00 in all

  Scenario: A refund that is told of twice is counted once
    Given Rita bought 1 "Full conference"
    When the organizer refunds 50.00 to Rita
    And the provider says that it gave the money back
    And the provider says that it gave the money back
    Then 120.00 EUR came, and 50.00 EUR went back

  Scenario: A refund fails, and is asked for again
    Given Rita bought 1 "Full conference"
    When the organizer refunds 120.00 to Rita
    And the provider says that it could not give the money back
    Then the organizer has to look at 120.00 EUR of Rita's order, because of "refund_failed"
    When the organizer refunds 120.00 to Rita
    And the provider says that it gave the money back
    Then nobody has to look at any money
    And 120.00 EUR came, and 120.00 EUR went back

  Scenario: Cash goes back by hand
    Given a tablet at the door
    When Rita orders 1 "Full conference"
    And the door takes 120.00 in cash for Rita's order, where there is no network
    And the door has a network again
    And the organizer refunds 120.00 to Rita
    Then the organizer has to look at 120.00 EUR of Rita's order, because of "refund_by_hand"
    When the organizer has paid it out
    Then nobody has to look at any money
    And 120.00 EUR came, and 120.00 EUR went back

  Scenario: A seat that was paid for is cancelled, and its price goes back
    Given registrants may cancel until 3 days before the conference
    And Rita bought 2 "Full conference"
    When Rita cancels seat 0
    Then 9 "Full conference" are left
    And the organizer has to look at 120.00 EUR of Rita's order, because of "seats_cancelled"
    When the organizer refunds 120.00 to Rita
    And the provider says that it gave the money back
    Then nobody has to look at any money
    And Rita owes 0.00

  Scenario: Only the organizer cancels seats, where the conference does not let registrants
    Given Rita bought 2 "Full conference"
    When Rita cancels seat 0
    Then Rita is told "Confirmed seats can no longer be cancelled here. Ask the organizer."
    When the organizer cancels seat 0 of Rita's order
    Then 9 "Full conference" are left
    And the organizer has to look at 120.00 EUR of Rita's order, because of "seats_cancelled"

  Scenario: Stripe gives the money back
    Given registrants pay at Stripe
    And Rita bought 2 "Full conference" at Stripe
    When the organizer refunds 100.00 to Rita
    And Stripe's messages come
    Then Stripe gave 100.00 back
    And 240.00 EUR came, and 100.00 EUR went back

  Scenario: Somebody refunds in Stripe's own dashboard
    Given registrants pay at Stripe
    And Rita bought 2 "Full conference" at Stripe
    When somebody refunds 40.00 in Stripe's dashboard
    And Stripe's messages come
    Then 240.00 EUR came, and 40.00 EUR went back
    When the organizer refunds 200.01 to Rita
    Then the organizer is refused, because "This is more than can be refunded of this payment."

  Scenario: Neither the payment nor the refund is told of, so the server asks
    Given the payment provider is a program of its own, whose messages never arrive
    When Rita orders 1 "Full conference"
    And Rita starts to pay
    And Rita accepts on that program's page
    Then Rita's order is reserved
    When 6 minutes pass
    And the server asks what became of it
    Then Rita's order is confirmed
    When the organizer refunds 120.00 to Rita
    And the server asks what became of it
    And 6 minutes pass
    Then Rita's order says before long that 120.00 was returned
    And 120.00 EUR came, and 120.00 EUR went back

  Scenario: The book adds up after all of it
    Given the conference takes invoices with the prefix "R-", to be paid within 14 days
    And registrants may cancel until 3 days before the conference
    And it came late for Rita's 2 "Dinner", of which Sam has 1
    When the organizer refunds 71.00 to Rita
    And the provider says that it gave the money back
    And Tom orders 2 "Full conference"
    And Tom asks for an invoice
    And the organizer enters a transfer of 300.00 for Tom's order
    And Tom cancels seat 1
    And Uma orders 1 "Full conference"
    And Uma starts to pay
    And the provider says that 100.00 USD was paid for Uma's order
    And the provider says that it was paid once more
    And the provider says that 50.00 was paid that nobody asked for
    And the organizer refunds 20.00 to Uma
    And the provider says that it could not give the money back
    Then every balance adds up
    And the balance of the conference is that of its orders and of what is unknown
    And the book and the balances say the same
    And no seats are oversold
