Feature: Paying

  A payment counts when the provider's signed message says so, and never because a browser came back. What comes twice
  counts once, what was not asked for is kept and looked at by a human, and the book of the money always adds up.

  Background:
    Given a published conference with 10 "Full conference" at 120.00, 2 "Dinner" at 35.50 and 5 free "Speaker"

  Scenario: Coming back from the provider's page confirms nothing
    When Rita orders 1 "Full conference"
    And Rita starts to pay
    And Rita's browser comes back from the provider's page
    Then Rita's order is reserved
    When the provider says that it was paid
    Then Rita's order is confirmed

  Scenario: The provider is told what the order costs, and by which name it is known
    When Rita orders 2 "Full conference"
    And Rita starts to pay
    Then the provider's page asks for 240.00 EUR for Rita's order

  Scenario Outline: Amount, currency and order are compared
    When Rita orders 1 "Full conference"
    And Rita starts to pay
    And the provider says that <amount> <currency> was paid for <order>
    Then Rita's order is reserved
    And the organizer has to look at <amount> <currency> of Rita's order, because of "<reason>"
    And the book has <amount> <currency> of Rita's order, as unexpected

    Examples:
      | amount | currency | order         | reason       |
      | 1.00   | EUR      | Rita's order  | wrong_amount |
      | 120.01 | EUR      | Rita's order  | wrong_amount |
      | 120.00 | USD      | Rita's order  | wrong_amount |
      | 120.00 | EUR      | another order | wrong_order  |

  Scenario Outline: A forged message changes nothing
    When Rita orders 1 "Full conference"
    And Rita starts to pay
    And somebody says that it was paid, in a message that <flaw>
    Then it is not taken, because "The signature of this message is not valid."
    And Rita's order is reserved
    And the book is empty

    Examples:
      | flaw                           |
      | is not signed                  |
      | is signed with another key     |
      | was changed after it was signed |
      | is an hour old                 |

  Scenario Outline: A forged message of Stripe changes nothing
    Given registrants pay at Stripe
    When Rita orders 1 "Full conference"
    And Rita starts to pay
    And Rita pays on Stripe's page
    And a message of Stripe comes that <flaw>
    Then it is not taken, because "The signature of this message is not valid."
    And Rita's order is reserved
    And the book is empty
    When Stripe's messages come
    Then Rita's order is confirmed

    Examples:
      | flaw                       |
      | is not signed              |
      | is signed with another key |

  Scenario: A payment that is under way can be cancelled, to change the order
    When Rita orders 1 "Full conference"
    And Rita starts to pay
    And Rita changes the order to 2 "Full conference"
    Then Rita is told "A payment for this order is under way. Cancel it first."
    When Rita cancels the payment
    And Rita changes the order to 2 "Full conference"
    Then Rita's order costs 240.00

  Scenario: A payment that was made cannot be cancelled
    When Rita orders 1 "Full conference"
    And Rita starts to pay
    And the provider says that it was paid
    And Rita cancels the payment
    Then Rita is told "This payment was made already."
    And Rita's order is confirmed

  Scenario: A payment that was cancelled is paid all the same
    When Rita orders 1 "Full conference"
    And Rita starts to pay
    And Rita cancels the payment
    And the provider says that it was paid
    Then Rita's order is confirmed
    And the book has 120.00 EUR of Rita's order, as unexpected

  Scenario: The refusal of a card comes after the payment
    When Rita orders 1 "Full conference"
    And Rita starts to pay
    And the provider says that it was paid
    And the provider says that it was refused
    Then Rita's order is confirmed
    And nobody has to look at any money

  Scenario: The payment comes after its refusal
    When Rita orders 1 "Full conference"
    And Rita starts to pay
    And the provider says that it was refused
    And the provider says that it was paid
    Then Rita's order is confirmed
    And the book has 120.00 EUR of Rita's order, as unexpected

  Scenario: One capture is counted once, however often it is told
    When Rita orders 1 "Full conference"
    And Rita starts to pay
    And the provider says that it was paid
    And 60 minutes pass
    And the provider says that it was paid
    Then the book has 120.00 EUR of Rita's order, as expected
    And nobody has to look at any money

  Scenario: Stripe tells things twice and in the wrong order
    Given registrants pay at Stripe
    When Rita orders 1 "Full conference"
    And Rita starts to pay
    And Rita pays on Stripe's page
    And Stripe's messages come in the wrong order, each of them twice
    Then Rita's order is confirmed
    And the book has 120.00 EUR of Rita's order, as expected

  Scenario: A second capture is other money
    When Rita orders 1 "Full conference"
    And Rita starts to pay
    And the provider says that it was paid
    And the provider says that it was paid once more
    Then Rita's order is confirmed
    And the organizer has to look at 120.00 EUR of Rita's order, because of "paid_twice"
    And 240.00 EUR came, and nothing went back

  Scenario: A message never comes, so the server asks
    Given registrants pay at Stripe
    When Rita orders 1 "Full conference"
    And Rita starts to pay
    And Rita pays on Stripe's page
    And 6 minutes pass
    And the server asks what became of it
    Then Rita's order is confirmed
    When Stripe's messages come
    Then the book has 120.00 EUR of Rita's order, as expected

  Scenario: A refused card leaves other ways to pay, until the order expires
    Given the conference takes invoices with the prefix "R-", to be paid within 14 days
    When Rita orders 1 "Full conference"
    And Sam orders 1 "Full conference"
    And Rita starts to pay
    And the provider says that it was refused
    And Rita asks for an invoice
    Then Rita's order is confirmed
    When Sam starts to pay
    And the provider says that it was refused
    And 60 minutes pass
    And Sam starts to pay
    Then Sam is told "The time to complete this order is over, and its seats were released."

  Scenario Outline: What is paid at the door is a fact, heard of later
    Given a tablet at the door
    When Rita orders 1 "Full conference"
    And the door takes 120.00 in <way> for Rita's order, where there is no network
    Then Rita's order is reserved
    When the door has a network again
    Then Rita's order is confirmed
    And the book has 120.00 EUR of Rita's order, as expected

    Examples:
      | way           |
      | cash          |
      | terminal      |

  Scenario: What was paid at the door is kept, even if the order is over and its seats are gone
    Given a tablet at the door
    When Rita orders 2 "Dinner"
    And the door takes 71.00 in cash for Rita's order, where there is no network
    And 60 minutes pass
    And whatever is due is done
    And Sam orders 1 "Dinner"
    And the door has a network again
    Then Rita's order is expired
    And the organizer has to look at 71.00 EUR of Rita's order, because of "late"

  Scenario: What was paid at the door for an order that nobody knows is kept
    Given a tablet at the door
    When the door takes 120.00 in cash for an order that nobody knows
    And the door has a network again
    Then the organizer has to look at 120.00 EUR of nobody's, because of "unknown_payment"
    And 120.00 EUR came, and nothing went back
