Feature: Seats and tickets

  Every seat that was bought may be given to somebody, who gets a ticket that opens doors where there is no network. The
  e-mail address decides who somebody is, and whoever gives a seat to somebody else revokes the ticket before.

  Background:
    Given a published conference with 10 "Full conference" at 120.00, 2 "Dinner" at 35.50 and 5 free "Speaker"

  Scenario: Whoever gets a seat needs an e-mail address
    Given Rita bought 1 "Full conference"
    When Rita enters Bo with the address "" for seat 0
    Then Rita is told "Email needs at least 3 characters."
    And there are tickets for nobody

  Scenario: Another address is another person, and the ticket before is revoked
    Given a gate at the "Main door" for "Full conference"
    And Rita bought 1 "Full conference"
    When Rita gives seat 0 to Bo
    And Bo keeps the ticket
    And Rita gives seat 0 to Cy
    And the gate has heard of it
    Then the gate says "revoked" to Bo, who shows the kept one
    And the gate says "admit" to Cy

  Scenario: Another name with the same address is the same person with the same ticket
    Given Rita bought 1 "Full conference"
    When Rita gives seat 0 to Bo
    And Rita enters Bob with the address "bo@example.org" for seat 0
    Then there are tickets for Bob
    And Bob's ticket is the one that Bo had
    And bo@example.org got 1 mail with a ticket

  Scenario: The same in all is nothing new
    Given Rita bought 1 "Full conference"
    When Rita gives seat 0 to Bo
    And Rita gives seat 0 to Bo
    Then there are tickets for Bo
    And bo@example.org got 1 mail with a ticket
    And the server has nothing new to tell

  Scenario: A seat is taken back
    Given a gate at the "Main door" for "Full conference"
    And Rita bought 1 "Full conference"
    When Rita gives seat 0 to Bo
    And Bo keeps the ticket
    And Rita takes seat 0 back
    And the gate has heard of it
    Then there are tickets for nobody
    And the gate says "not_assigned" to Bo, who shows the kept one

  Scenario: A gate that never heard of a ticket finds it genuine, and another one forged
    Given a gate at the "Main door" for "Full conference"
    And Rita bought 1 "Full conference"
    When Rita gives seat 0 to Bo
    Then the gate says "unlisted" to Bo
    And the gate says "forged" to whoever changed the ticket

  Scenario: At a workshop's door any of an attendee's codes finds the seat
    Given a gate at the "Dinner" for "Dinner"
    When Rita orders 1 "Full conference" and 1 "Dinner"
    And Rita starts to pay
    And the provider says that it was paid
    And Rita gives seat 0 to Bo
    And Rita gives Bo seat 1, too
    And the gate has heard of it
    Then the gate says "admit" to Bo with the ticket of seat 0
    When Rita gives seat 1 to Cy
    And the gate has heard of it
    Then the gate says "wrong_area" to Bo with the ticket of seat 0

  Scenario: A seat that was cancelled has no ticket
    Given a gate at the "Main door" for "Full conference"
    And registrants may cancel until 3 days before the conference
    And Rita bought 2 "Full conference"
    When Rita gives seat 0 to Bo
    And Bo keeps the ticket
    And Rita cancels seat 0
    And the gate has heard of it
    Then the gate says "cancelled" to Bo, who shows the kept one
    When Rita gives seat 0 to Cy
    Then Rita is told "This seat was cancelled."

  Scenario: Attendees correct their own names by their own link
    Given Rita bought 2 "Full conference"
    When Rita gives seat 0 to Bo
    And Bo opens the link of the mail and corrects the name to Boris
    Then there are tickets for Boris
    And Bo's ticket is still the same
    And Bo's link opens neither seat 1 nor Rita's order

  Scenario: Whoever gets the seat next makes the link before worth nothing
    Given Rita bought 1 "Full conference"
    When Rita gives seat 0 to Bo
    And Bo's link is kept
    And Rita gives seat 0 to Cy
    And Bo opens the link and corrects the name to Boris
    Then Bo is told "This link was replaced by a newer one."
    And there are tickets for Cy
    When Cy opens the link of the mail and corrects the name to Cyrus
    Then there are tickets for Cyrus
