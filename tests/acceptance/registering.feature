Feature: Registering

  A registrant sees at once what is held and what it costs. A payment counts when the provider says so, money is never
  lost, and seats are never sold twice.

  Background:
    Given a published conference with 10 "Full conference" at 120.00, 2 "Dinner" at 35.50 and 5 free "Speaker"

  Scenario: The price and the seats are known at once
    When Rita orders 2 "Full conference"
    Then 2 of 2 "Full conference" are held for Rita, and it costs 240.00
    And 8 "Full conference" are left

  Scenario: There are fewer seats than wanted
    Given somebody else holds 1 "Dinner"
    When Rita orders 2 "Dinner"
    Then 1 of 2 "Dinner" are held for Rita, and it costs 35.50
    When Rita starts to pay
    And the provider says that it was paid
    Then Rita's order is confirmed
    And Rita has 1 seat to give to people

  Scenario: Whoever waits too long loses the seats
    When Rita orders 2 "Dinner"
    And 15 minutes pass
    Then Rita's order is expired
    And 2 "Dinner" are left
    When Rita starts to pay
    Then Rita is told "The time to complete this order is over, and its seats were released."

  Scenario: A payment at the provider's own page
    Given the server and the payment provider are programs of their own
    When Rita orders 1 "Full conference"
    And Rita starts to pay
    And Rita accepts on the provider's page
    Then Rita's order is soon confirmed

  Scenario: A card is refused, another one is taken
    When Rita orders 1 "Full conference"
    And Rita starts to pay
    And the provider says that it was refused
    Then Rita's order is reserved
    When Rita starts to pay
    And the provider says that it was paid
    Then Rita's order is confirmed

  Scenario: The provider says the same thing again and again
    When Rita orders 1 "Full conference"
    And Rita starts to pay
    And the provider says that it was paid
    And the provider says that it was paid
    Then Rita's order is confirmed
    And nobody must look at Rita's money
    And 9 "Full conference" are left

  Scenario: Late money, and the seats are still there
    When Rita orders 2 "Dinner"
    And Rita starts to pay
    And 60 minutes pass
    And the provider says that it was paid
    Then Rita's order is confirmed
    And 0 "Dinner" are left

  Scenario: Late money, and the seats are somebody else's
    When Rita orders 2 "Dinner"
    And Rita starts to pay
    And 60 minutes pass
    Then 2 "Dinner" are left
    When somebody else orders 1 "Dinner"
    And the provider says that it was paid
    Then Rita's order is expired
    And the organizer is asked to refund 71.00 to Rita, because it came late
    And 1 "Dinner" are left

  Scenario: The wrong amount is kept, and a human asked
    When Rita orders 1 "Full conference"
    And Rita starts to pay
    And the provider says that 1.00 was paid
    Then Rita's order is reserved
    And the organizer is asked to refund 1.00 to Rita, because it was the wrong amount

  Scenario: Seats are given to people, who get tickets
    Given Rita bought 2 "Full conference"
    When Rita gives seat 0 to Bo
    And Rita gives seat 1 to Cy
    Then the tickets of Bo and Cy are genuine
    When Rita gives seat 0 to Dee
    Then the tickets of Dee and Cy are genuine
    And Dee's ticket replaces the one that Bo had

  Scenario: Free seats need no payment
    When Rita orders 1 "Speaker"
    And Rita confirms without paying
    Then Rita's order is confirmed
