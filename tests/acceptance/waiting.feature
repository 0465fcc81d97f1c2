Feature: Waiting for seats

  Whoever comes too late waits for seats. Those that come free are held for the first in order whom they suffice, for a
  day, and nobody is passed over without being told why.

  Background:
    Given a published conference with 10 "Full conference" at 120.00, 2 "Dinner" at 35.50 and 5 free "Speaker"

  Scenario: Whoever got fewer seats than wanted waits for those that are missing
    Given Sam bought 1 "Dinner"
    When Rita orders 2 "Dinner"
    Then 1 of 2 "Dinner" are held for Rita, and it costs 35.50
    When Rita waits for the missing 1 "Dinner"
    Then Rita waits, behind 0 others
    When the organizer cancels seat 0 of Sam's order
    Then 1 "Dinner" are offered to Rita for 1440 minutes

  Scenario: A group waits for seats of several types, and gets all of them at once
    Given Sam bought 2 "Dinner"
    And Tom bought 10 "Full conference"
    When Rita waits for 2 "Full conference" and 2 "Dinner"
    And the organizer cancels seat 0 of Sam's order
    And the organizer cancels seat 1 of Sam's order
    Then Rita waits, behind 0 others
    When the organizer cancels seat 0 of Tom's order
    Then Rita waits, behind 0 others
    When the organizer cancels seat 1 of Tom's order
    Then 2 "Full conference" and 2 "Dinner" are offered to Rita for 1440 minutes
    And 0 "Full conference", 0 "Dinner" and 5 "Speaker" are left

  Scenario: Nobody waits for more seats than there are
    When Rita waits for 3 "Dinner"
    Then Rita is told "There are only 2 seats of this type in all. Choose fewer to join the wait list."

  Scenario: Of several whom the seats suffice the first one is asked
    Given Sam bought 2 "Dinner"
    When Rita waits for 1 "Dinner"
    And Tom waits for 1 "Dinner"
    Then Tom waits, behind 1 others
    When the organizer cancels seat 0 of Sam's order
    Then 1 "Dinner" are offered to Rita for 1440 minutes
    And Tom waits, behind 0 others

  Scenario: The first one whom the seats suffice is asked, and whoever is passed over sees why
    Given Sam bought 2 "Dinner"
    When Rita waits for 2 "Dinner"
    And Tom waits for 1 "Dinner"
    And the organizer cancels seat 0 of Sam's order
    Then 1 "Dinner" are offered to Tom for 1440 minutes
    And Rita waits, behind 0 others
    And Rita sees that she was passed over 1 times, because 1 "Dinner" were free and she wants 2

  Scenario: Seats that come free when a hold ends are offered, too
    When Sam orders 2 "Dinner"
    And Rita waits for 2 "Dinner"
    And 15 minutes pass
    And whatever is due is done
    Then 2 "Dinner" are offered to Rita for 1440 minutes

  Scenario: More seats than before are offered to those who wait
    Given Sam bought 2 "Dinner"
    When Rita waits for 2 "Dinner"
    And the organizer raises the seats "Dinner" to 4
    Then 2 "Dinner" are offered to Rita for 1440 minutes
    And 0 "Dinner" are left

  Scenario: An offer has a time of its own, and then the next one is asked
    Given an offer holds for 120 minutes
    And Sam bought 2 "Dinner"
    When Rita waits for 1 "Dinner"
    And Tom waits for 1 "Dinner"
    And the organizer cancels seat 0 of Sam's order
    Then 1 "Dinner" are offered to Rita for 120 minutes
    When 119 minutes pass
    And whatever is due is done
    Then Rita's order is reserved
    And Tom waits, behind 0 others
    When 1 minutes pass
    And whatever is due is done
    Then Rita's place in the wait list is lapsed
    And 1 "Dinner" are offered to Tom for 120 minutes

  Scenario: Whoever declines an offer makes room for the next one
    Given Sam bought 2 "Dinner"
    When Rita waits for 1 "Dinner"
    And Tom waits for 1 "Dinner"
    And the organizer cancels seat 0 of Sam's order
    And Rita waits no longer
    Then Rita's place in the wait list is declined
    And 1 "Dinner" are offered to Tom for 1440 minutes

  Scenario: Whoever takes up an offer pays as everybody does
    Given Sam bought 2 "Dinner"
    When Rita waits for 1 "Dinner"
    And the organizer cancels seat 0 of Sam's order
    And Rita takes up the offer
    And Rita starts to pay
    And the provider says that it was paid
    Then Rita's order is confirmed
    And Rita's place in the wait list is accepted
    And Rita has 1 seat to give to people

  Scenario: Whoever waits no longer is asked no more
    Given Sam bought 2 "Dinner"
    When Rita waits for 1 "Dinner"
    And Rita waits no longer
    And the organizer cancels seat 0 of Sam's order
    Then Rita's place in the wait list is left
    And 1 "Dinner" are left
